/**
 * One pad of this page, kept level with the server's copy.
 *
 * What is changed here goes into the document at once and, gathered for a moment, to the server,
 * one update after the other; each is kept until it is acknowledged. After a lost connection the
 * pad is opened anew and what the server lacks is sent: updates merge, and twice does no harm.
 * What the server refuses for good is dropped by starting from its copy (`generation` goes up).
 */
import * as Y from 'yjs';
import { createStore } from 'zustand/vanilla';

import type { PadCursorShown, PadName } from '../../../protocol';
import { ApiError } from '../../../transport/http';
import type { PadWire } from '../../../transport/live';

export const GATHER_MS = 100;
/** Of one update; the server refuses larger ones. */
export const LARGEST_UPDATE = 200_000;
const RETRY_MS = 1000;
/** How long somebody is seen pointing or writing after the last word of it. */
export const CURSOR_LASTS_MS = 3000;

/** The server says no to what is asked now and may say yes later: what is unsent stays. */
const LATER = new Set(['whiteboard_closed', 'other_room', 'not_present', 'waiting', 'unreachable']);
const AGAIN = new Set(['too_fast', 'not_saved', 'busy', 'internal']);

export type Phase = 'opening' | 'open' | 'waiting' | 'failed';

export interface PadState {
  phase: Phase;
  /** Something here is not on the server's disk yet. */
  isUnsent: boolean;
  /** Code of what the server refused last. */
  problem: string | null;
  generation: number;
  cursors: Record<string, { x: number | null; y: number | null; at: number }>;
}

const REMOTE = Symbol('from the server');

export class PadSync {
  doc = new Y.Doc();
  readonly store = createStore<PadState>()(() => ({
    phase: 'opening',
    isUnsent: false,
    problem: null,
    generation: 0,
    cursors: {},
  }));
  private queue: Uint8Array[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isSending = false;
  private isOpening = false;
  private users = 0;
  private connection = 0;

  constructor(
    readonly pad: PadName,
    private readonly wire: () => PadWire | null,
  ) {
    this.watch();
  }

  /** Somebody on this page looks at it; the answer ends that. */
  use(): () => void {
    this.users += 1;
    if (this.users === 1) void this.open();
    return () => {
      this.users -= 1;
      if (this.users === 0 && this.queue.length === 0) this.rest();
    };
  }

  /** A new connection knows nothing of this pad. */
  connected(): void {
    this.connection += 1;
    this.isOpening = false;
    if (this.users > 0 || this.queue.length > 0) void this.open();
  }

  disconnected(): void {
    this.connection += 1;
    this.isOpening = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.store.setState({ phase: 'waiting', cursors: {} });
  }

  receive(update: Uint8Array): void {
    Y.applyUpdate(this.doc, update, REMOTE);
  }

  show(cursors: PadCursorShown[]): void {
    const at = Date.now();
    this.store.setState((state) => ({
      cursors: {
        ...Object.fromEntries(
          Object.entries(state.cursors).filter(([, one]) => at - one.at < CURSOR_LASTS_MS),
        ),
        ...Object.fromEntries(cursors.map(({ participant_id, x, y }) => [participant_id, { x, y, at }])),
      },
    }));
  }

  point(x?: number, y?: number): void {
    if (this.store.getState().phase !== 'open') return;
    this.wire()?.point(x === undefined || y === undefined ? { pad: this.pad } : { pad: this.pad, x, y });
  }

  async open(): Promise<void> {
    const wire = this.wire();
    if (!wire || this.isOpening) return;
    const { connection } = this;
    this.isOpening = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    try {
      const answer = await wire.open(this.pad, Y.encodeStateVector(this.doc));
      if (connection !== this.connection) return;
      this.receive(answer.update);
      this.isOpening = false;
      this.store.setState({ phase: 'open', problem: null });
      if (this.queue.length > 0) void this.send();
    } catch (error) {
      if (connection !== this.connection) return;
      this.isOpening = false;
      const code = error instanceof ApiError ? error.code : 'internal';
      const isLater = LATER.has(code);
      this.store.setState({ phase: isLater ? 'waiting' : 'failed', problem: isLater ? null : code });
      if (AGAIN.has(code)) this.later(() => void this.open(), error);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.connection += 1;
    this.doc.destroy();
  }

  private watch(): void {
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === REMOTE) return;
      this.queue.push(update);
      this.store.setState({ isUnsent: true });
      if (this.store.getState().phase === 'open') this.gather();
    });
  }

  private gather(): void {
    if (this.isSending || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.send();
    }, GATHER_MS);
  }

  private async send(): Promise<void> {
    const wire = this.wire();
    if (!wire || this.isSending || this.queue.length === 0) return;
    const { connection } = this;
    const batch = this.nextBatch();
    if (batch.update.length > LARGEST_UPDATE) return this.drop('too_large');
    this.isSending = true;
    try {
      await wire.update(this.pad, batch.update);
      this.isSending = false;
      this.queue.splice(0, batch.count);
      this.store.setState({ isUnsent: this.queue.length > 0, problem: null });
      if (this.queue.length > 0 && connection === this.connection) this.gather();
      else if (this.queue.length === 0 && this.users === 0) this.rest();
    } catch (error) {
      this.isSending = false;
      const code = error instanceof ApiError ? error.code : 'internal';
      if (code === 'unreachable') {
        // The next connection opens the pad anew; on this one the answer was lost: again.
        if (connection === this.connection) this.later(() => void this.send(), error);
        else if (this.store.getState().phase === 'open') this.gather();
      } else if (AGAIN.has(code)) this.later(() => void this.send(), error);
      else if (LATER.has(code)) this.store.setState({ phase: 'waiting' });
      else this.drop(code);
    }
  }

  /** As many of the oldest as fit into one message. */
  private nextBatch(): { update: Uint8Array; count: number } {
    let count = 0;
    let size = 0;
    for (const one of this.queue) {
      if (count > 0 && size + one.length > LARGEST_UPDATE) break;
      size += one.length;
      count += 1;
    }
    return { update: Y.mergeUpdates(this.queue.slice(0, count)), count };
  }

  private later(act: () => void, error: unknown): void {
    if (this.timer !== undefined) return;
    const waitMs = error instanceof ApiError ? (error.retryAfterS ?? 0) * 1000 : 0;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        act();
      },
      Math.max(waitMs, RETRY_MS),
    );
  }

  /** Nobody looks and nothing waits: the server need not send any more. */
  private rest(): void {
    this.wire()?.close(this.pad);
    this.store.setState({ phase: 'waiting', cursors: {} });
  }

  private drop(code: string): void {
    this.doc.destroy();
    this.doc = new Y.Doc();
    this.queue = [];
    this.watch();
    this.store.setState((state) => ({
      phase: 'opening',
      isUnsent: false,
      problem: code,
      generation: state.generation + 1,
      cursors: {},
    }));
    void this.reopen(code);
  }

  private async reopen(code: string): Promise<void> {
    await this.open();
    // What was refused is still said although the copy is level again.
    if (this.store.getState().phase === 'open') this.store.setState({ problem: code });
  }
}
