/**
 * A medium that is nothing but its time, for what has pictures and no sound: played, paused and
 * sought like an audio element, and heard by nobody.
 */
const TICK_MS = 200;
const NOTHING: TimeRanges = {
  length: 0,
  start: () => 0,
  end: () => 0,
};

export class SilentMedia extends HTMLElement {
  readonly readyState = 4;
  readonly currentSrc = '';
  readonly error = null;
  readonly buffered = NOTHING;
  volume = 1;
  muted = false;
  private at = 0;
  private rate = 1;
  private lengthS = 0;
  private since: number | null = null;
  private timer: number | undefined;

  /** Seconds. */
  get duration(): number {
    return this.lengthS;
  }

  set duration(seconds: number) {
    if (seconds === this.lengthS) return;
    this.lengthS = seconds;
    this.say('durationchange');
  }

  get paused(): boolean {
    return this.since === null;
  }

  get ended(): boolean {
    return this.paused && this.lengthS > 0 && this.at >= this.lengthS;
  }

  get currentTime(): number {
    if (this.since === null) return this.at;
    return Math.min(this.lengthS, this.at + ((performance.now() - this.since) / 1000) * this.rate);
  }

  set currentTime(seconds: number) {
    this.place(Math.min(Math.max(0, seconds), this.lengthS));
    this.say('seeking', 'seeked', 'timeupdate');
  }

  get playbackRate(): number {
    return this.rate;
  }

  set playbackRate(rate: number) {
    this.place(this.currentTime);
    this.rate = rate;
    this.say('ratechange');
  }

  play(): Promise<void> {
    if (this.paused) {
      if (this.at >= this.lengthS) this.at = 0;
      this.since = performance.now();
      this.timer = window.setInterval(() => this.tick(), TICK_MS);
      this.say('play', 'playing');
    }
    return Promise.resolve();
  }

  pause(): void {
    if (this.paused) return;
    this.at = this.currentTime;
    this.since = null;
    window.clearInterval(this.timer);
    this.say('timeupdate', 'pause');
  }

  disconnectedCallback(): void {
    this.pause();
  }

  private place(seconds: number): void {
    this.at = seconds;
    if (this.since !== null) this.since = performance.now();
  }

  private tick(): void {
    if (this.currentTime < this.lengthS) {
      this.say('timeupdate');
      return;
    }
    this.pause();
    this.say('ended');
  }

  private say(...names: string[]): void {
    for (const name of names) this.dispatchEvent(new Event(name));
  }
}

if (!customElements.get('silent-media')) customElements.define('silent-media', SilentMedia);
