import type { WireEvent } from '../protocol';

/**
 * The counters of every channel a viewer may see. Each counts without gaps, so a jump means that
 * something was lost on the way and must be fetched (`events?after=<seq>`).
 */
export class Channels {
  private counters: Record<string, number> = {};
  /** Last `seq` up to which nothing is missing. */
  seq = 0;

  reset(counters: Record<string, number>, seq: number): void {
    this.counters = { ...counters };
    this.seq = seq;
  }

  get all(): Record<string, number> {
    return { ...this.counters };
  }

  /**
   * The events that follow on, in order, without repeats; `hasGap` when one was missing before
   * some of them. Nothing from the gap on is taken: the fetch brings it again.
   */
  take(events: readonly WireEvent[]): { ready: WireEvent[]; hasGap: boolean } {
    const ready: WireEvent[] = [];
    for (const event of events) {
      const known = this.counters[event.channel];
      if (known !== undefined && event.channel_seq <= known) continue;
      if (known !== undefined && event.channel_seq > known + 1) return { ready, hasGap: true };
      this.counters[event.channel] = event.channel_seq;
      this.seq = Math.max(this.seq, event.seq);
      ready.push(event);
    }
    return { ready, hasGap: false };
  }

  /** After a fetch: what was fetched is complete by definition, whatever its counters say. */
  takeFetched(events: readonly WireEvent[]): WireEvent[] {
    const ready = events.filter(
      (event) => event.channel_seq > (this.counters[event.channel] ?? -1),
    );
    for (const event of ready) {
      this.counters[event.channel] = event.channel_seq;
      this.seq = Math.max(this.seq, event.seq);
    }
    return ready;
  }
}
