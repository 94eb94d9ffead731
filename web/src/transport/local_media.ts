/**
 * One's own microphone, camera and screen: raw device, optional processing, and the track to send.
 * Knows nothing of the connection; `onTrack` tells it what to put into the sender.
 */
import type { TrackKind } from '../protocol';
import {
  type DeviceChoice,
  type DeviceTrouble,
  openCamera,
  openMicrophone,
  openScreen,
  rememberChoice,
  rememberedChoice,
  troubleOf,
} from './devices';
import type { ProcessedTrack } from './processed';

export interface LocalListener {
  /** What to send from now on; null stops sending. */
  onTrack: (kind: TrackKind, track: MediaStreamTrack | null) => void;
  /** A device went away by itself: unplugged, or the browser's own "stop sharing". */
  onEnded: (kind: TrackKind) => void;
  onChange: () => void;
  /** The machine cannot keep up with the background: it is off now. */
  onSlow: () => void;
}

type Kind = 'microphone' | 'camera';

export class LocalMedia {
  private raw: Partial<Record<TrackKind, MediaStreamTrack>> = {};
  private processed: Partial<Record<Kind, ProcessedTrack>> = {};
  private listener: LocalListener | null = null;
  private turns: Record<Kind, number> = { microphone: 0, camera: 0 };
  choice: DeviceChoice = rememberedChoice();
  trouble: Partial<Record<Kind, DeviceTrouble>> = {};

  listen(listener: LocalListener | null): void {
    this.listener = listener;
    if (!listener) return;
    for (const kind of ['microphone', 'camera', 'screen', 'screen_audio'] as const) {
      listener.onTrack(kind, this.track(kind));
    }
  }

  /** The track others get: processed where processing is on. */
  track(kind: TrackKind): MediaStreamTrack | null {
    const processed = kind === 'microphone' || kind === 'camera' ? this.processed[kind] : undefined;
    return processed?.track ?? this.raw[kind] ?? null;
  }

  rawTrack(kind: TrackKind): MediaStreamTrack | null {
    return this.raw[kind] ?? null;
  }

  has(kind: TrackKind): boolean {
    return this.raw[kind]?.readyState === 'live';
  }

  async open(kind: Kind): Promise<boolean> {
    const turn = ++this.turns[kind];
    try {
      const track =
        kind === 'microphone'
          ? await openMicrophone(this.choice.microphoneId)
          : await openCamera(this.choice.cameraId);
      if (turn !== this.turns[kind]) {
        // Switched again, or off, while the browser asked.
        track.stop();
        return this.has(kind);
      }
      this.drop(kind);
      this.raw[kind] = track;
      track.addEventListener('ended', () => this.ended(kind, track));
      this.trouble[kind] = undefined;
      await this.process(kind, turn);
      this.changed(kind);
      return true;
    } catch (error) {
      if (turn === this.turns[kind]) {
        this.trouble[kind] = troubleOf(error);
        this.listener?.onChange();
      }
      return false;
    }
  }

  /** Off means off: the device's light goes out. */
  close(kind: TrackKind): void {
    if (kind === 'microphone' || kind === 'camera') this.turns[kind] += 1;
    if (!this.raw[kind]) return;
    this.drop(kind);
    this.changed(kind);
  }

  /** Mute without letting the microphone go, so that unmuting takes no time. */
  setEnabled(kind: TrackKind, isEnabled: boolean): void {
    const tracks = [this.raw[kind], this.track(kind)];
    for (const track of tracks) if (track) track.enabled = isEnabled;
  }

  async shareScreen(): Promise<{ hasAudio: boolean } | null> {
    try {
      const { video, audio } = await openScreen();
      this.drop('screen');
      this.drop('screen_audio');
      this.raw.screen = video;
      video.addEventListener('ended', () => this.ended('screen', video));
      if (audio) this.raw.screen_audio = audio;
      this.changed('screen');
      this.changed('screen_audio');
      return { hasAudio: audio !== null };
    } catch (error) {
      if (troubleOf(error) === 'denied') return null; // The picker was closed: a choice, no fault.
      throw error;
    }
  }

  async choose(change: Partial<DeviceChoice>): Promise<void> {
    const old = this.choice;
    this.choice = { ...old, ...change };
    rememberChoice(this.choice);
    const jobs: Promise<unknown>[] = [];
    // What could not be opened, or was unplugged, is tried again with any choice, the same too.
    const isMeant = (kind: Kind, id: 'microphoneId' | 'cameraId') =>
      id in change &&
      (this.has(kind) ? this.choice[id] !== old[id] : this.trouble[kind] !== undefined);
    if (isMeant('microphone', 'microphoneId')) {
      const isEnabled = this.raw.microphone?.enabled ?? false;
      jobs.push(this.open('microphone').then(() => this.setEnabled('microphone', isEnabled)));
    } else if (this.choice.suppressesNoise !== old.suppressesNoise && this.has('microphone')) {
      jobs.push(this.reprocess('microphone'));
    }
    if (isMeant('camera', 'cameraId')) jobs.push(this.open('camera'));
    else if (
      (this.choice.background !== old.background || this.choice.background === 'own') &&
      'background' in change &&
      this.has('camera')
    ) {
      jobs.push(this.reprocess('camera'));
    }
    this.listener?.onChange();
    await Promise.all(jobs);
  }

  stop(): void {
    this.listener = null;
    this.turns.microphone += 1;
    this.turns.camera += 1;
    for (const kind of ['microphone', 'camera', 'screen', 'screen_audio'] as const) this.drop(kind);
  }

  private async reprocess(kind: Kind): Promise<void> {
    await this.process(kind, this.turns[kind]);
    this.changed(kind);
  }

  /** Noise or background. When the processing fails the raw track is sent and the switch is off. */
  private async process(kind: Kind, turn: number): Promise<void> {
    this.processed[kind]?.stop();
    this.processed[kind] = undefined;
    const raw = this.raw[kind];
    const isWanted =
      kind === 'microphone' ? this.choice.suppressesNoise : this.choice.background !== 'none';
    if (!raw || !isWanted) return;
    const wanted = this.wantedOf(kind);
    try {
      const processed =
        kind === 'microphone'
          ? await (await import('./noise')).suppressNoise(raw)
          : await this.withBackground(raw);
      if (!processed) return;
      const isStale = turn !== this.turns[kind] || this.raw[kind] !== raw;
      if (isStale || wanted !== this.wantedOf(kind)) return processed.stop();
      processed.track.enabled = raw.enabled;
      this.processed[kind] = processed;
    } catch {
      this.giveUp(kind);
    }
  }

  private wantedOf(kind: Kind): unknown {
    return kind === 'microphone' ? this.choice.suppressesNoise : this.choice.background;
  }

  private async withBackground(raw: MediaStreamTrack): Promise<ProcessedTrack | null> {
    const { background } = this.choice;
    if (background === 'none') return null;
    const { replaceBackground } = await import('./background');
    return replaceBackground(raw, background, () => this.isTooSlow(raw));
  }

  /** The picture as the camera gives it is better than one that stutters. */
  private isTooSlow(raw: MediaStreamTrack): void {
    if (this.raw.camera !== raw || !this.processed.camera) return;
    this.processed.camera.stop();
    this.processed.camera = undefined;
    this.giveUp('camera');
    this.changed('camera');
    this.listener?.onSlow();
  }

  private giveUp(kind: Kind): void {
    this.choice =
      kind === 'microphone'
        ? { ...this.choice, suppressesNoise: false }
        : { ...this.choice, background: 'none' };
  }

  private ended(kind: TrackKind, track: MediaStreamTrack): void {
    if (this.raw[kind] !== track) return;
    this.drop(kind);
    if (kind === 'screen') this.drop('screen_audio');
    if (kind === 'microphone' || kind === 'camera') this.trouble[kind] = 'unplugged';
    this.changed(kind);
    if (kind === 'screen') this.changed('screen_audio');
    this.listener?.onEnded(kind);
  }

  private drop(kind: TrackKind): void {
    if (kind === 'microphone' || kind === 'camera') {
      this.processed[kind]?.stop();
      this.processed[kind] = undefined;
    }
    this.raw[kind]?.stop();
    this.raw[kind] = undefined;
  }

  private changed(kind: TrackKind): void {
    this.listener?.onTrack(kind, this.track(kind));
    this.listener?.onChange();
  }
}
