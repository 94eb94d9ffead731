/**
 * Ties one seat together: socket, media connection, own devices, store. The view calls its methods
 * and reads the store; nothing else does either.
 *
 * The log decides what is on: a microphone is open only while one's own `tracks.microphone` is
 * true. Muting acts on the spot and then tells the server; unmuting waits for the server's word.
 * After a reconnect everything is off, and only the person switches it on again.
 */
import { i18next } from '../../i18n';
import type { AnyCommand, SlotAssignment, TrackKind, WireEvent } from '../../protocol';
import { ApiError } from '../../transport/http';
import { connectLive, type Live } from '../../transport/live';
import { LocalMedia } from '../../transport/local_media';
import { Media } from '../../transport/media';
import { toast } from '../../ui';
import { announce } from './announce';
import { planSlots } from './gallery';
import { me } from './selectors';
import { applyEvents, fromSnapshot } from './state';
import { newStore, type Notice, type PageStore, type Tab } from './store';

export interface JoinWishes {
  microphone: boolean;
  camera: boolean;
  /** Answer given before joining; null when not asked. */
  consent: boolean | null;
  startsSession: boolean;
}

const VIEW_INTERVAL_MS = 250;
const EVENT_PATIENCE_MS = 4000;

export const isPhone = (): boolean => window.matchMedia('(max-width: 700px)').matches;

export class Classroom {
  readonly local = new LocalMedia();
  readonly store: PageStore = newStore(this.local.choice);
  media: Media | null = null;
  readonly galleryCount = isPhone() ? 5 : 11;
  private live: Live | null = null;
  private wishes: JoinWishes | null = null;
  private readonly turningOn = new Set<TrackKind>();
  private wanted: string[] = [];
  private plan: (string | null)[] = [];
  private stageHeight = 720;
  private tileHeight = 180;
  private viewTimer: number | undefined;
  private hasJoined = false;
  private hasAnsweredConsent = false;
  private isDisposed = false;

  /** Consent was decided before joining: nobody needs to be asked. */
  get answersConsent(): boolean {
    return !this.hasAnsweredConsent && this.wishes?.consent != null;
  }

  constructor(readonly sessionId: string) {
    this.local.listen(this.localListener());
  }

  join(wishes: JoinWishes): void {
    if (this.live) return;
    this.wishes = wishes;
    this.store.setState({ closed: null });
    let hadSnapshot = false;
    this.live = connectLive(this.sessionId, {
      onStatus: (status) => {
        if (status === 'reconnecting') hadSnapshot = false;
        this.store.setState({ status });
      },
      onSnapshot: (snapshot) => {
        const session = fromSnapshot(snapshot);
        this.store.setState({
          session,
          clock: { nowMs: snapshot.now_ms, utcMs: snapshot.utc_ms, atMs: performance.now() },
        });
        this.seated(!hadSnapshot);
        hadSnapshot = true;
        this.reconcile();
      },
      onEvents: (events) => this.fold(events),
      onSlots: (slots) => this.assign(slots),
      onLevels: ({ speakers }) => this.store.setState({ speakers }),
      onQuality: (quality) => this.store.setState({ quality }),
      onClosed: (reason, error) => this.finish(reason, error),
    });
  }

  async command(command: AnyCommand): Promise<boolean> {
    try {
      await this.live?.command(command);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code !== 'closed') {
        toast(i18next.t('classroom:failed', { reason: error.message }), { tone: 'bad' });
      }
      return false;
    }
  }

  // ---- own tracks ----------------------------------------------------------------------------

  isOn(kind: TrackKind): boolean {
    const { session } = this.store.getState();
    return session !== null && me(session)?.tracks[kind] === true;
  }

  async toggleMicrophone(): Promise<void> {
    if (this.isOn('microphone')) {
      this.local.setEnabled('microphone', false);
      await this.command({ type: 'set_track', track: 'microphone', is_on: false });
      return;
    }
    this.dismiss('muted', 'micGone', 'back');
    await this.turnOn('microphone', async () => {
      if (this.local.has('microphone')) return true;
      const isOpen = await this.local.open('microphone');
      if (isOpen) this.local.setEnabled('microphone', false);
      return isOpen;
    });
  }

  async toggleCamera(): Promise<void> {
    if (this.isOn('camera')) {
      this.local.close('camera');
      await this.command({ type: 'set_track', track: 'camera', is_on: false });
      return;
    }
    this.dismiss('cameraStopped', 'cameraGone', 'back');
    await this.turnOn('camera', () =>
      this.local.has('camera') ? Promise.resolve(true) : this.local.open('camera'),
    );
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
      await this.command({ type: 'set_track', track: 'screen_audio', is_on: this.isOn('screen') });
    }
    this.turningOn.delete('screen_audio');
  }

  stopScreen(): void {
    const hadAudio = this.isOn('screen_audio');
    this.local.close('screen');
    this.local.close('screen_audio');
    void this.command({ type: 'set_track', track: 'screen', is_on: false });
    if (hadAudio) void this.command({ type: 'set_track', track: 'screen_audio', is_on: false });
  }

  // ---- what the page shows -------------------------------------------------------------------

  show(tab: Tab): void {
    this.store.setState({ tab, ...(tab === 'chat' ? { unread: 0 } : {}) });
  }

  /** The gallery's people on this page, and how large their pictures are. */
  watch(wanted: string[], stageHeight: number, tileHeight: number): void {
    this.wanted = wanted;
    this.stageHeight = stageHeight;
    this.tileHeight = tileHeight;
    this.sendView();
  }

  dismiss(...gone: Notice[]): void {
    this.store.setState(({ notices }) => ({
      notices: notices.filter((notice) => !gone.includes(notice)),
    }));
  }

  leave(): void {
    const live = this.live;
    if (!live) return;
    // Give the word a moment to get out; the server notices the closed socket otherwise.
    const leaving = live.command({ type: 'leave' }).catch(() => undefined);
    const patience = new Promise((resolve) => window.setTimeout(resolve, 800));
    void Promise.race([leaving, patience]).then(() => this.finish('left', null));
  }

  dispose(): void {
    this.isDisposed = true;
    window.clearTimeout(this.viewTimer);
    this.live?.close();
    this.live = null;
    this.media?.close();
    this.media = null;
    this.local.stop();
  }

  // ---- from the server -----------------------------------------------------------------------

  private fold(events: WireEvent[]): void {
    const before = this.store.getState().session;
    if (!before) return;
    const session = applyEvents(before, events);
    const { tab, unread, announcement } = this.store.getState();
    const fresh = events.filter(
      (event) => event.type === 'chat_sent' && event.data.participant_id !== session.me,
    ).length;
    const said = events.map((event) => announce(session, event)).findLast((one) => one !== null);
    this.store.setState({
      session,
      unread: tab === 'chat' ? 0 : unread + fresh,
      announcement: said
        ? {
            text: i18next.t(`classroom:say.${said.key}`, {
              name: said.name ?? '',
              question: said.question ?? '',
            }),
            turn: announcement.turn + 1,
          }
        : announcement,
    });
    for (const event of events) this.noticeOf(event);
    if (events.some((event) => event.type === 'poll_opened')) this.showPoll();
    if (events.some((event) => event.type === 'participant_joined')) this.seated(false);
    this.reconcile();
  }

  /** A poll that opens comes forward, but never takes a line away from who is writing it. */
  private showPoll(): void {
    const focused = document.activeElement;
    const isWriting = focused instanceof HTMLInputElement && focused.value !== '';
    if (!isWriting) this.show('poll');
  }

  private noticeOf({ type, data }: WireEvent): void {
    const { session } = this.store.getState();
    if (type !== 'track_changed' || data.participant_id !== session?.me) return;
    if (data.is_on === true || data.by === session?.me) return;
    if (data.track === 'microphone') this.notify('muted');
    if (data.track === 'camera') this.notify('cameraStopped');
  }

  private notify(notice: Notice): void {
    this.store.setState(({ notices }) => ({
      notices: [...notices.filter((one) => one !== notice), notice],
    }));
  }

  /** A snapshot says where we are. `isNewConnection`: the server knows no media of ours yet. */
  private seated(isNewConnection: boolean): void {
    const { session } = this.store.getState();
    if (!session) return;
    const own = me(session);
    if (own?.presence !== 'present') return;
    if (!this.media) this.openMedia();
    else if (isNewConnection) void this.media.connect();
    if (!this.hasJoined) {
      this.hasJoined = true;
      void this.fulfilWishes();
    } else if (isNewConnection) {
      this.notify('back');
    }
    this.sendView();
  }

  private async fulfilWishes(): Promise<void> {
    const wishes = this.wishes;
    const { session } = this.store.getState();
    if (!wishes || !session) return;
    // What was open in the device check stays open until it is switched on below.
    if (wishes.microphone) this.turningOn.add('microphone');
    if (wishes.camera) this.turningOn.add('camera');
    else this.local.close('camera');
    if (wishes.consent === true) {
      this.hasAnsweredConsent = true;
      await this.command({ type: 'give_consent', is_given: true });
    }
    if (wishes.startsSession && session.state === 'scheduled') {
      await this.command({ type: 'start_session' });
    }
    await Promise.all([
      wishes.microphone ? this.toggleMicrophone() : null,
      wishes.camera ? this.toggleCamera() : null,
    ]);
  }

  private openMedia(): void {
    this.media = new Media({
      galleryCount: this.galleryCount,
      offer: (offer) => {
        if (!this.live) throw new Error('Not connected');
        return this.live.offer(offer);
      },
      listener: {
        onStatus: (media) => {
          this.store.setState({ media });
          // Before there was a connection the server had nobody to show anything to.
          if (media === 'connected') this.sendView();
        },
        onOccupants: (occupants) => this.store.setState({ occupants }),
        onBlocked: (isSoundBlocked) => this.store.setState({ isSoundBlocked }),
      },
    });
    this.local.listen(this.localListener());
    void this.media.setSpeaker(this.local.choice.speakerId);
    void this.media.connect();
  }

  private assign(slots: SlotAssignment[]): void {
    this.media?.assign(slots);
  }

  /** Whatever the log says is off, is off. */
  private reconcile(): void {
    const { session, status } = this.store.getState();
    const own = session ? me(session) : undefined;
    if (!session || !own || own.presence !== 'present' || status === 'closed') return;
    if (own.tracks.microphone === true) this.local.setEnabled('microphone', true);
    else if (!this.turningOn.has('microphone')) this.local.setEnabled('microphone', false);
    for (const kind of ['camera', 'screen', 'screen_audio'] as const) {
      const isOff = own.tracks[kind] !== true && !this.turningOn.has(kind);
      if (isOff && this.hasJoined && this.local.has(kind)) this.local.close(kind);
    }
    this.answerDecline(session.recording.state === 'on' && own.consent === 'unasked');
  }

  /** Who said no before joining is not asked again when the recording begins. */
  private answerDecline(isAsked: boolean): void {
    if (!isAsked || this.hasAnsweredConsent || this.wishes?.consent !== false) return;
    this.hasAnsweredConsent = true;
    void this.command({ type: 'give_consent', is_given: false });
  }

  private async turnOn(kind: TrackKind, open: () => Promise<boolean>): Promise<void> {
    this.turningOn.add(kind);
    try {
      if (!(await open())) return;
      if (await this.command({ type: 'set_track', track: kind, is_on: true })) {
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

  private localListener() {
    return {
      onTrack: (kind: TrackKind, track: MediaStreamTrack | null) => this.media?.send(kind, track),
      onEnded: (kind: TrackKind) => {
        if (kind === 'screen') return this.stopScreen();
        if (kind === 'microphone') this.notify('micGone');
        if (kind === 'camera') this.notify('cameraGone');
        if (this.live && this.isOn(kind)) {
          void this.command({ type: 'set_track', track: kind, is_on: false });
        }
      },
      onChange: () => {
        const { local } = this;
        void this.media?.setSpeaker(local.choice.speakerId);
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

  private sendView(): void {
    if (this.viewTimer !== undefined) return;
    this.viewTimer = window.setTimeout(() => {
      this.viewTimer = undefined;
      this.plan = planSlots(this.plan, this.wanted, this.galleryCount);
      this.live?.view({
        gallery: this.plan,
        stage_height: Math.round(this.stageHeight),
        tile_height: Math.round(this.tileHeight),
        pinned: null,
      });
    }, VIEW_INTERVAL_MS);
  }

  private finish(reason: string, error: ApiError | null): void {
    if (this.isDisposed || this.store.getState().closed) return;
    this.store.setState({ closed: { reason, error }, status: 'closed', dialog: null });
    this.dispose();
  }
}
