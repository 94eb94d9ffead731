/**
 * What this page sees and hears of the others: its one media connection, whom it asks to see in
 * which of its slots, and the speaker that plays the sound.
 */
import type { MediaAnswer, MediaOffer, MediaServers, MediaView, SlotAssignment, TrackKind } from '../../protocol';
import { listDevices, onDevicesChanged } from '../../transport/devices';
import type { LocalMedia } from '../../transport/local_media';
import { Media } from '../../transport/media';
import { Relays } from '../../transport/relays';
import { planSlots } from './gallery';
import { dismiss, notify } from './notices';
import { isPhone } from './phone';
import { DeviceWatch } from './quality/device';
import type { PageStore } from './store';

const DEFAULT_SPEAKER = '';
const VIEW_INTERVAL_MS = 250;
const MEASURE_MS = 2000;

export interface Wire {
  offer: (offer: MediaOffer) => Promise<MediaAnswer>;
  /** TURN servers, asked of the server; a credential holds for a while. */
  servers: () => Promise<MediaServers>;
  view: (view: MediaView) => void;
}

export class Incoming {
  media: Media | null = null;
  /** Whether this page may send at all; an observer's connection only receives. */
  sends = true;
  readonly galleryCount = isPhone() ? 5 : 11;
  private wanted: string[] = [];
  private plan: (string | null)[] = [];
  private stageHeight = 720;
  private tileHeight = 180;
  private viewTimer: number | undefined;
  private measureTimer: number | undefined;
  private stopWatchingDevices: (() => void) | null = null;
  private readonly relays: Relays;
  private readonly device = new DeviceWatch();
  /** The chosen speaker was there when it was last looked for. */
  private hasSpeaker = false;

  constructor(
    private readonly local: LocalMedia,
    private readonly store: PageStore,
    private readonly wire: Wire,
  ) {
    this.relays = new Relays(() => wire.servers());
  }

  /** The first connection of this seat; `attach` hands it the tracks that are open already. */
  open(attach: () => void): void {
    this.media = new Media({
      galleryCount: this.galleryCount,
      offer: (offer) => this.wire.offer(offer),
      servers: () => this.relays.servers(),
      sends: () => this.sends,
      listener: {
        onStatus: (media) => {
          this.store.setState({ media });
          // Before there was a connection the server had nobody to show anything to.
          if (media === 'connected') this.sendView();
        },
        onOccupants: (occupants) => this.store.setState({ occupants }),
        onSoundOnly: (isSoundOnly) => this.store.setState({ isSoundOnly }),
        onBlocked: (isSoundBlocked) => this.store.setState({ isSoundBlocked }),
      },
    });
    attach();
    this.measureTimer = window.setInterval(() => void this.measure(), MEASURE_MS);
    this.stopWatchingDevices = onDevicesChanged(() => void this.routeSound());
    void this.routeSound();
    void this.media.connect();
  }

  /** Take part with sound only, or with pictures again. */
  async hearOnly(isSoundOnly: boolean): Promise<void> {
    await this.media?.hearOnly(isSoundOnly);
  }

  send(kind: TrackKind, track: MediaStreamTrack | null): void {
    this.media?.send(kind, track);
  }

  assign(slots: SlotAssignment[]): void {
    this.media?.assign(slots);
  }

  /** The gallery's people on this page, and how large their pictures are. */
  watch(wanted: string[], stageHeight: number, tileHeight: number): void {
    this.wanted = wanted;
    this.stageHeight = stageHeight;
    this.tileHeight = tileHeight;
    this.sendView();
  }

  /** Tell the server soon; what changes meanwhile goes along. */
  sendView(): void {
    if (this.viewTimer !== undefined) return;
    this.viewTimer = window.setTimeout(() => {
      this.viewTimer = undefined;
      this.plan = planSlots(this.plan, this.wanted, this.galleryCount);
      this.wire.view({
        gallery: this.plan,
        stage_height: Math.round(this.stageHeight),
        tile_height: Math.round(this.tileHeight),
        pinned: this.store.getState().pinned,
      });
    }, VIEW_INTERVAL_MS);
  }

  /** What the browser says of its own side. */
  private async measure(): Promise<void> {
    const { media } = this;
    const stats = await media?.stats();
    // Unless the seat was left meanwhile.
    if (stats && media === this.media) this.store.setState({ device: this.device.note(stats) });
  }

  /** A speaker that was pulled out plays nothing: the browser's own takes over, and gives back. */
  async routeSound(): Promise<void> {
    const { speakerId } = this.local.choice;
    if (!speakerId) return;
    const { speakers } = await listDevices();
    if (speakerId !== this.local.choice.speakerId) return;
    const isThere = speakers.some((one) => one.deviceId === speakerId);
    await this.media?.setSpeaker(isThere ? speakerId : DEFAULT_SPEAKER);
    if (isThere) dismiss(this.store, 'speakerGone');
    else if (this.hasSpeaker) notify(this.store, 'speakerGone');
    this.hasSpeaker = isThere;
  }

  close(): void {
    window.clearTimeout(this.viewTimer);
    window.clearInterval(this.measureTimer);
    this.stopWatchingDevices?.();
    this.media?.close();
    this.media = null;
  }
}
