/**
 * One's own microphone, camera and screen: what the person wants, what the devices give, and what
 * the log says.
 *
 * The log decides what is on: a microphone is open only while one's own `tracks.microphone` is
 * true. Muting acts on the spot and then tells the server; unmuting waits for the server's word.
 * After a reconnect everything is off, and only the person switches it on again.
 */
import { i18next } from '../../i18n';
import type { AnyCommand, TrackKind } from '../../protocol';
import type { DeviceChoice } from '../../transport/devices';
import type { LocalListener, LocalMedia } from '../../transport/local_media';
import { toast } from '../../ui';
import { type DeviceKind, dismiss, NOTICES, notify } from './notices';
import { me } from './selectors';
import type { Notice, PageStore } from './store';

const EVENT_PATIENCE_MS = 4000;

export interface Seat {
  command: (command: AnyCommand) => Promise<boolean>;
  /** There is a socket to tell. */
  isTaken: () => boolean;
  hasJoined: () => boolean;
  /** What to send from now on; null stops sending. */
  send: (kind: TrackKind, track: MediaStreamTrack | null) => void;
  /** Devices came, went or were chosen anew. */
  onDevices: () => void;
}

export class OwnTracks {
  private readonly turningOn = new Set<TrackKind>();
  /** Wanted on and without a device: on as soon as one is chosen that works. */
  private readonly lacking = new Set<TrackKind>();

  constructor(
    private readonly local: LocalMedia,
    private readonly store: PageStore,
    private readonly seat: Seat,
  ) {
    this.attach();
  }

  /** Hand every open track to the connection, also to one that is new. */
  attach(): void {
    this.local.listen(this.listener());
  }

  isOn(kind: TrackKind): boolean {
    const { session } = this.store.getState();
    return session !== null && me(session)?.tracks[kind] === true;
  }

  async toggleMicrophone(): Promise<void> {
    if (this.isOn('microphone')) {
      this.local.setEnabled('microphone', false);
      await this.seat.command({ type: 'set_track', track: 'microphone', is_on: false });
      return;
    }
    this.dismiss('muted', 'micGone', 'micTrouble', 'back');
    await this.turnOn('microphone', async () => {
      if (this.local.has('microphone')) return true;
      const isOpen = await this.local.open('microphone');
      if (isOpen) this.local.setEnabled('microphone', false);
      else this.lacks('microphone', 'micTrouble');
      return isOpen;
    });
  }

  async toggleCamera(): Promise<void> {
    if (this.isOn('camera')) {
      this.local.close('camera');
      await this.seat.command({ type: 'set_track', track: 'camera', is_on: false });
      return;
    }
    this.dismiss('cameraStopped', 'cameraGone', 'cameraTrouble', 'back');
    await this.turnOn('camera', async () => {
      const isOpen = this.local.has('camera') || (await this.local.open('camera'));
      if (!isOpen) this.lacks('camera', 'cameraTrouble');
      return isOpen;
    });
  }

  async toggleScreen(): Promise<void> {
    if (this.isOn('screen')) {
      this.stopScreen();
      return;
    }
    await this.turnOn('screen', async () => {
      try {
        const shared = await this.local.shareScreen();
        if (shared?.hasAudio) this.turningOn.add('screen_audio');
        return shared !== null;
      } catch (error) {
        toast(i18next.t('classroom:failed', { reason: String(error) }), { tone: 'bad' });
        return false;
      }
    });
    if (this.local.has('screen_audio')) {
      const isOn = this.isOn('screen');
      await this.seat.command({ type: 'set_track', track: 'screen_audio', is_on: isOn });
    }
    this.turningOn.delete('screen_audio');
  }

  stopScreen(): void {
    const hadAudio = this.isOn('screen_audio');
    this.local.close('screen');
    this.local.close('screen_audio');
    void this.seat.command({ type: 'set_track', track: 'screen', is_on: false });
    if (hadAudio) {
      void this.seat.command({ type: 'set_track', track: 'screen_audio', is_on: false });
    }
  }

  /** Another device or other processing, from the pickers. */
  async choose(change: Partial<DeviceChoice>): Promise<void> {
    const kinds: DeviceKind[] = [];
    if ('microphoneId' in change) kinds.push('microphone');
    if ('cameraId' in change) kinds.push('camera');
    await this.reopen(kinds, () => this.local.choose(change));
  }

  /** Once more, after what was in the way is said to be gone. */
  async retry(kind: DeviceKind): Promise<void> {
    await this.reopen([kind], () => this.local.open(kind));
  }

  /** What is said is dealt with, and no longer waited for. */
  dismiss(...gone: Notice[]): void {
    for (const kind of ['microphone', 'camera'] as const) {
      if (NOTICES[kind].some((notice) => gone.includes(notice))) this.lacking.delete(kind);
    }
    dismiss(this.store, ...gone);
  }

  /** What was open in the device check stays open until it is switched on after joining. */
  keepOpen(kind: DeviceKind): void {
    this.turningOn.add(kind);
  }

  /** A new connection: nothing is waited for any more. */
  forgetLacking(): void {
    this.lacking.clear();
  }

  /** Whatever the log says is off, is off. The camera of the device check stays until joined. */
  reconcile(): void {
    const { session, status } = this.store.getState();
    const own = session ? me(session) : undefined;
    if (!own || own.presence !== 'present' || status === 'closed') return;
    if (own.tracks.microphone === true) this.local.setEnabled('microphone', true);
    else if (!this.turningOn.has('microphone')) this.local.setEnabled('microphone', false);
    for (const kind of ['camera', 'screen', 'screen_audio'] as const) {
      const isOff = own.tracks[kind] !== true && !this.turningOn.has(kind);
      if (isOff && this.seat.hasJoined() && this.local.has(kind)) this.local.close(kind);
    }
  }

  private async reopen(kinds: DeviceKind[], open: () => Promise<unknown>): Promise<void> {
    const comingBack = kinds.filter((kind) => this.lacking.has(kind));
    // The log calls them off: without this they would be closed again while they open.
    for (const kind of comingBack) this.turningOn.add(kind);
    await open();
    // Nothing is heard before the server knows.
    if (comingBack.includes('microphone')) this.local.setEnabled('microphone', false);
    for (const kind of kinds) {
      if (!this.local.has(kind)) continue;
      this.dismiss(...NOTICES[kind]);
      if (!comingBack.includes(kind)) continue;
      await this.until(() => !this.isOn(kind));
      if (this.isOn(kind)) continue;
      await (kind === 'microphone' ? this.toggleMicrophone() : this.toggleCamera());
    }
    for (const kind of comingBack) this.turningOn.delete(kind);
    this.reconcile();
  }

  private lacks(kind: DeviceKind, notice: Notice): void {
    this.lacking.add(kind);
    notify(this.store, notice);
  }

  private async turnOn(kind: TrackKind, open: () => Promise<boolean>): Promise<void> {
    this.turningOn.add(kind);
    try {
      if (!(await open())) return;
      if (await this.seat.command({ type: 'set_track', track: kind, is_on: true })) {
        // The answer may overtake the event; until that is here the log seems to say "off".
        await this.until(() => this.isOn(kind));
      } else if (kind !== 'microphone') this.local.close(kind);
    } finally {
      this.turningOn.delete(kind);
      this.reconcile();
    }
  }

  private until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        stop();
        window.clearTimeout(timer);
        resolve();
      };
      const stop = this.store.subscribe(() => {
        if (condition()) done();
      });
      const timer = window.setTimeout(done, EVENT_PATIENCE_MS);
    });
  }

  private listener(): LocalListener {
    return {
      onTrack: (kind, track) => this.seat.send(kind, track),
      onEnded: (kind) => {
        if (kind === 'screen') return this.stopScreen();
        if (kind === 'microphone') notify(this.store, 'micGone');
        if (kind === 'camera') notify(this.store, 'cameraGone');
        if (this.seat.isTaken() && this.isOn(kind)) {
          this.lacking.add(kind);
          void this.seat.command({ type: 'set_track', track: kind, is_on: false });
        }
      },
      onSlow: () => notify(this.store, 'backgroundSlow'),
      onChange: () => {
        const { local } = this;
        this.seat.onDevices();
        this.store.setState((state) => ({
          local: {
            hasMicrophone: local.has('microphone'),
            hasCamera: local.has('camera'),
            hasScreen: local.has('screen'),
            choice: local.choice,
            trouble: { ...local.trouble },
            turn: state.local.turn + 1,
          },
        }));
      },
    };
  }
}
