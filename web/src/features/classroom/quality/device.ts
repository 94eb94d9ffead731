/** What the browser's own figures mean over some seconds: a single look says little. */
import type { DeviceStats } from '../../../transport/device_stats';

export interface DeviceView {
  limit: DeviceStats['limit'];
  sending: DeviceStats['sending'];
  /** Pictures come faster than this device shows them. */
  isSlow: boolean;
  isRelayed: boolean;
}

/** Every connection begins small and grows: only what lasts is a limit. Looks are 2 s apart. */
const LASTS = 3;
const DROPPED_SHARE = 0.1;
/** Fewer frames than this tell nothing. */
const ENOUGH_FRAMES = 20;

export class DeviceWatch {
  private last: DeviceStats | null = null;
  private limited = 0;
  private slow = 0;

  note(stats: DeviceStats): DeviceView {
    const { last } = this;
    this.last = stats;
    this.limited = stats.limit !== null && stats.limit === last?.limit ? this.limited + 1 : 0;
    // Fewer than before: it is another connection, which counts from nothing.
    const frames = last ? stats.framesReceived - last.framesReceived : -1;
    const dropped = last ? stats.framesDropped - last.framesDropped : 0;
    const isDropping = frames >= ENOUGH_FRAMES && dropped > frames * DROPPED_SHARE;
    this.slow = isDropping ? this.slow + 1 : 0;
    return {
      limit: this.limited >= LASTS - 1 ? stats.limit : null,
      sending: stats.sending,
      isSlow: this.slow >= LASTS,
      isRelayed: stats.isRelayed,
    };
  }
}
