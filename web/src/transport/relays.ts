/** TURN servers for those whose network lets no UDP through, kept while their credential is young. */
import type { MediaServers } from '../protocol';

export class Relays {
  private known: RTCIceServer[] = [];
  private freshUntil = 0;

  constructor(private readonly ask: () => Promise<MediaServers>) {}

  /** The direct way needs none of them: what cannot be had now is done without. */
  async servers(): Promise<RTCIceServer[]> {
    if (performance.now() < this.freshUntil) return this.known;
    try {
      const { ice_servers: found, expires_in_s: lastsS } = await this.ask();
      this.known = found;
      // A connection goes on using its credential: half of its time must be left for that.
      this.freshUntil = lastsS === null ? Infinity : performance.now() + (lastsS * 1000) / 2;
    } catch (error) {
      console.warn('media: no TURN servers', error);
    }
    return this.known;
  }
}
