/**
 * Whether anything still arrives over a connection.
 *
 * The server says something twice a second over a connection that lives (`docs/protocol.md`), so
 * silence means that the way is gone: the Wi-Fi was left, a router forgot us. A browser takes five
 * seconds and more to notice; a new connection beside the old one needs half of one.
 */
export const LOOK_MS = 300;
/** While sound or pictures come, ten times a second at least, a gap is heard at once. */
const BUSY_SILENCE_MS = 900;
/** While nothing but the pulse comes, one lost packet must not count. */
const IDLE_SILENCE_MS = 3500;
const BUSY_PER_S = 10;
/** A page that was asleep knows nothing of the time between. */
const ASLEEP_MS = 2500;

export class Pulse {
  private count: number | null = null;
  private lookedAt = 0;
  private heardAt = 0;
  private perSecond = 0;
  private timer: number | undefined;

  constructor(
    private readonly look: () => Promise<number | null>,
    private readonly onSilence: () => void,
  ) {}

  start(): void {
    if (this.timer !== undefined) return;
    this.lookedAt = this.heardAt = performance.now();
    this.timer = window.setInterval(() => void this.beat(), LOOK_MS);
  }

  stop(): void {
    window.clearInterval(this.timer);
    this.timer = undefined;
  }

  private async beat(): Promise<void> {
    const count = await this.look().catch(() => null);
    if (this.timer === undefined || count === null) return;
    const now = performance.now();
    const passed = now - this.lookedAt;
    this.lookedAt = now;
    if (count !== this.count || passed > ASLEEP_MS) {
      const came = this.count === null ? 0 : count - this.count;
      // Over the last second or so; what came right before the silence counts most.
      this.perSecond = 0.5 * this.perSecond + (0.5 * came * 1000) / Math.max(passed, 1);
      this.count = count;
      this.heardAt = now;
      return;
    }
    const patience = this.perSecond >= BUSY_PER_S ? BUSY_SILENCE_MS : IDLE_SILENCE_MS;
    if (now - this.heardAt < patience) return;
    this.stop();
    this.onSilence();
  }
}

/** Packets that have come over a connection, null where the browser does not count them. */
export async function packetsOver(pc: RTCPeerConnection): Promise<number | null> {
  let octets: number | null = null;
  for (const entry of (await pc.getStats()).values() as Iterable<Record<string, unknown>>) {
    if (entry.type === 'transport' && typeof entry.packetsReceived === 'number') {
      return entry.packetsReceived;
    }
    if (entry.type === 'candidate-pair' && entry.nominated && typeof entry.bytesReceived === 'number') {
      // Firefox counts octets of the pair; a hundred to a packet is near enough to tell busy from idle.
      octets = (octets ?? 0) + entry.bytesReceived;
    }
  }
  return octets === null ? null : octets / 100;
}
