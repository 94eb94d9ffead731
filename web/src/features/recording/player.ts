/**
 * The page's one clock. It drives whatever media element is attached and survives its exchange:
 * when the published version replaces the provisional one, position, speed and play go on.
 */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';

import { clamp } from '../../ui/media/time';

export type Failure = 'network' | 'media' | 'unsupported';

/** What of a media element is played here; silence has no more. */
export type Playable = Pick<
  HTMLMediaElement,
  | 'currentTime' | 'duration' | 'playbackRate' | 'volume' | 'muted' | 'paused' | 'ended'
  | 'readyState' | 'currentSrc' | 'error' | 'buffered' | 'play' | 'pause'
> & Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

export interface PlayerState {
  readonly timeMs: number;
  readonly durationMs: number;
  readonly furthestMs: number;
  readonly bufferedMs: number;
  readonly isPaused: boolean;
  readonly isWaiting: boolean;
  readonly rate: number;
  readonly volume: number;
  readonly isMuted: boolean;
  readonly areCaptionsOn: boolean;
  readonly failure: Failure | null;
  /** Grows with every jump a person made, so that others can react to it. */
  readonly seeks: number;
}

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;
const VOLUME_STEP = 0.05;

const LISTENED = [
  'timeupdate', 'seeking', 'seeked', 'play', 'pause', 'ended', 'waiting', 'playing', 'canplay',
  'ratechange', 'volumechange', 'progress', 'durationchange',
] as const;

export class Player {
  readonly store: StoreApi<PlayerState>;
  private media: Playable | null = null;
  private pendingMs: number | null;
  private wantsPlay = false;

  constructor(durationMs: number, startMs: number, furthestMs: number) {
    this.pendingMs = startMs;
    this.store = createStore<PlayerState>(() => ({
      timeMs: startMs,
      durationMs,
      furthestMs: Math.max(startMs, furthestMs),
      bufferedMs: 0,
      isPaused: true,
      isWaiting: false,
      rate: 1,
      volume: 1,
      isMuted: false,
      areCaptionsOn: false,
      failure: null,
      seeks: 0,
    }));
  }

  get state(): PlayerState {
    return this.store.getState();
  }

  /** Takes over an element; the returned function lets go of it. */
  attach(media: Playable): () => void {
    const { timeMs, rate, volume, isMuted } = this.state;
    this.media = media;
    this.pendingMs ??= timeMs;
    media.volume = volume;
    media.muted = isMuted;
    this.store.setState({ failure: null, isWaiting: false });

    const begin = (): void => {
      media.playbackRate = rate;
      if (this.pendingMs !== null && this.pendingMs > 0) media.currentTime = this.pendingMs / 1000;
      this.pendingMs = null;
      if (this.wantsPlay) void media.play().catch(() => undefined);
    };
    const read = (): void => this.read();
    const fail = (): void => {
      if (media.error && !media.currentSrc.startsWith('blob:')) this.fail('media');
    };
    media.addEventListener('loadedmetadata', begin);
    media.addEventListener('error', fail);
    for (const name of LISTENED) media.addEventListener(name, read);
    if (media.readyState >= HTMLMediaElement.HAVE_METADATA) begin();

    let frame = 0;
    const tick = (): void => {
      if (!media.paused) this.read();
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => {
      cancelAnimationFrame(frame);
      media.removeEventListener('loadedmetadata', begin);
      media.removeEventListener('error', fail);
      for (const name of LISTENED) media.removeEventListener(name, read);
      if (this.media !== media) return;
      this.wantsPlay = !media.paused && !media.ended;
      this.pendingMs = this.state.timeMs;
      this.media = null;
      this.store.setState({ isPaused: true });
    };
  }

  private read(): void {
    const media = this.media;
    if (media === null || this.pendingMs !== null) return;
    const timeMs = Math.min(Math.round(media.currentTime * 1000), this.state.durationMs || Infinity);
    let bufferedMs = timeMs;
    for (let index = 0; index < media.buffered.length; index += 1) {
      if (media.buffered.start(index) * 1000 <= timeMs + 100) {
        bufferedMs = Math.max(bufferedMs, media.buffered.end(index) * 1000);
      }
    }
    const known = this.state.durationMs;
    this.store.setState({
      timeMs,
      bufferedMs,
      durationMs: known > 0 || !Number.isFinite(media.duration) ? known : media.duration * 1000,
      furthestMs: Math.max(this.state.furthestMs, timeMs),
      isPaused: media.paused,
      isWaiting: !media.paused && !media.ended && media.readyState < HTMLMediaElement.HAVE_FUTURE_DATA,
      rate: media.playbackRate,
      volume: media.volume,
      isMuted: media.muted,
    });
  }

  play(): void {
    this.wantsPlay = true;
    void this.media?.play().catch(() => undefined);
  }

  pause(): void {
    this.wantsPlay = false;
    this.media?.pause();
  }

  toggle(): void {
    if (this.state.isPaused) this.play();
    else this.pause();
  }

  seek(toMs: number): void {
    const limit = this.state.durationMs > 0 ? this.state.durationMs - 50 : Infinity;
    const timeMs = Math.round(clamp(toMs, 0, Math.max(0, limit)));
    this.store.setState({ timeMs, seeks: this.state.seeks + 1 });
    if (this.media && this.media.readyState >= HTMLMediaElement.HAVE_METADATA) {
      this.media.currentTime = timeMs / 1000;
    } else {
      this.pendingMs = timeMs;
    }
  }

  seekBy(byMs: number): void {
    this.seek(this.state.timeMs + byMs);
  }

  setRate(rate: number): void {
    if (this.media) this.media.playbackRate = rate;
    this.store.setState({ rate });
  }

  /** One step along the offered speeds. */
  changeRate(step: 1 | -1): void {
    const { rate } = this.state;
    const faster = RATES.find((each) => each > rate + 0.001) ?? 2;
    const slower = [...RATES].reverse().find((each) => each < rate - 0.001) ?? 0.5;
    this.setRate(step === 1 ? faster : slower);
  }

  changeVolume(step: 1 | -1): void {
    if (!this.media) return;
    this.media.volume = clamp(this.media.volume + step * VOLUME_STEP, 0, 1);
    if (step === 1) this.media.muted = false;
  }

  toggleMute(): void {
    if (this.media) this.media.muted = !this.media.muted;
  }

  toggleCaptions(): void {
    this.store.setState({ areCaptionsOn: !this.state.areCaptionsOn });
  }

  fail(failure: Failure): void {
    this.store.setState({ failure, isWaiting: false });
  }
}

export const PlayerContext = createContext<Player | null>(null);

export function usePlayer(): Player {
  const player = useContext(PlayerContext);
  if (player === null) throw new Error('no player above this component');
  return player;
}

export function usePlayerState<T>(select: (state: PlayerState) => T): T {
  return useStore(usePlayer().store, select);
}
