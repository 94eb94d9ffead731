/**
 * Ties one seat together: socket, media connection, own devices, store. The view calls its methods
 * and reads the store; nothing else does either.
 *
 * The log decides what is on: a microphone is open only while one's own `tracks.microphone` is
 * true. Muting acts on the spot and then tells the server; unmuting waits for the server's word.
 * After a reconnect everything is off, and only the person switches it on again.
 */
import { i18next } from '../../i18n';
import type {
  AnyCommand,
  Member,
  ParticipantView,
  ReactionKind,
  ReactionShown,
  SlotAssignment,
  TrackKind,
  WireEvent,
} from '../../protocol';
import { type DeviceChoice, listDevices, onDevicesChanged } from '../../transport/devices';
import { ApiError, http } from '../../transport/http';
import { connectLive, type Live } from '../../transport/live';
import { LocalMedia } from '../../transport/local_media';
import { Media } from '../../transport/media';
import { toast } from '../../ui';
import { announce } from './announce';
import { isWide } from './debate/wide';
import { planSlots } from './gallery';
import { LOST_WINDOW_MS, me, personOf } from './selectors';
import { announceRooms } from './breakouts/announce';
import { applyFollowing } from './breakouts/fold';
import { applyEvents, fromSnapshot } from './state';
import {
  type Floating,
  type Layout,
  newStore,
  type Notice,
  type PageStore,
  rememberLayout,
  type Tab,
} from './store';

export interface JoinWishes {
  microphone: boolean;
  camera: boolean;
  /** Answer given before joining; null when not asked. */
  consent: boolean | null;
  startsSession: boolean;
}

const DEFAULT_SPEAKER = '';

type DeviceKind = 'microphone' | 'camera';

/** What is said about a device until it works again. */
const NOTICES: Record<DeviceKind, Notice[]> = {
  microphone: ['micGone', 'micTrouble'],
  camera: ['cameraGone', 'cameraTrouble'],
};

const VIEW_INTERVAL_MS = 250;
const FLOATS_MS = 4000;
const MOST_FLOATING = 40;
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
  /** Wanted on and without a device: on as soon as one is chosen that works. */
  private readonly lacking = new Set<TrackKind>();
  private wanted: string[] = [];
  private plan: (string | null)[] = [];
  private stageHeight = 720;
  private tileHeight = 180;
  private viewTimer: number | undefined;
  private stopWatchingDevices: (() => void) | null = null;
  /** The chosen speaker was there when it was last looked for. */
  private hasSpeaker = false;
  private floated = 0;
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
      onFollowing: (following) => {
        const { session } = this.store.getState();
        if (!session) return;
        this.store.setState({ session: applyFollowing(session, following), speakers: [] });
      },
      onSlots: (slots) => this.assign(slots),
      onLevels: ({ speakers }) => this.store.setState({ speakers }),
      onRoomSpeakers: ({ room_id, speakers }) =>
        this.store.setState(({ roomSpeakers }) => ({
          roomSpeakers: { ...roomSpeakers, [room_id]: speakers },
        })),
      onQuality: (quality) => this.store.setState({ quality }),
      onReactions: (shown) => this.float(shown),
      onClosed: (reason, error) => this.finish(reason, error),
    });
  }

  async command(command: AnyCommand): Promise<boolean> {
    try {
      await this.live?.command(command);
      return true;
    } catch (error) {
      this.say(error);
      return false;
    }
  }

  /** The same, without a word on the page: null, or the code of what stood in the way. */
  async attempt(command: AnyCommand): Promise<string | null> {
    try {
      await this.live?.command(command);
      return null;
    } catch (error) {
      return error instanceof ApiError ? error.code : 'internal';
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
      await this.command({ type: 'set_track', track: 'camera', is_on: false });
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
    this.notify(notice);
  }

  // ---- what the page shows -------------------------------------------------------------------

  show(tab: Tab): void {
    this.store.setState({ tab, ...(tab === 'chat' ? { unread: 0 } : {}) });
  }

  /** Where there is room beside the stage it opens there, else as a tab. */
  showDebate(isShown: boolean): void {
    this.store.setState({ isDebateShown: isShown });
    if (isShown && !isWide()) this.show('debate');
  }

  /** The gallery's people on this page, and how large their pictures are. */
  watch(wanted: string[], stageHeight: number, tileHeight: number): void {
    this.wanted = wanted;
    this.stageHeight = stageHeight;
    this.tileHeight = tileHeight;
    this.sendView();
  }

  setLayout(layout: Layout): void {
    rememberLayout(layout);
    this.store.setState({ layout });
  }

  /** Hold somebody large on this page alone; null lets the speaker lead again. */
  pin(participantId: string | null): void {
    this.store.setState({ pinned: participantId });
    this.sendView();
  }

  /** Write to one person from now on. */
  writeTo(participantId: string): void {
    this.store.setState({ chatTo: participantId });
    this.show('chat');
  }

  /** Facilitator of this session, or learner again; written to the account's membership. */
  async setRole(person: ParticipantView): Promise<void> {
    const role = person.role === 'facilitator' ? 'learner' : 'facilitator';
    const path = `/sessions/${this.sessionId}/participants/${person.participant_id}/role`;
    try {
      await http.put<Member>(path, { role });
    } catch (error) {
      this.say(error);
      return;
    }
    const key = role === 'facilitator' ? 'room:people.promoted' : 'room:people.demoted';
    toast(i18next.t(key, { name: person.name }), { tone: 'good' });
  }

  async react(kind: ReactionKind): Promise<void> {
    try {
      await this.live?.react(kind);
    } catch (error) {
      this.say(error);
    }
  }

  async sayLost(): Promise<void> {
    const { lostUntil } = this.store.getState();
    const leftMs = lostUntil - performance.now();
    if (leftMs > 0) {
      toast(i18next.t('room:lost.wait', { seconds: Math.ceil(leftMs / 1000) }));
    } else if (await this.command({ type: 'tap_confusion' })) {
      this.store.setState({ lostUntil: performance.now() + LOST_WINDOW_MS });
      toast(i18next.t('room:lost.tapped'), { tone: 'good' });
    }
  }

  private say(error: unknown): void {
    if (!(error instanceof ApiError) || error.code === 'closed') return;
    const seconds = Math.max(1, Math.ceil(error.retryAfterS ?? 1));
    const text =
      error.code === 'too_fast'
        ? i18next.t('room:chat.tooFast', { seconds })
        : i18next.t('classroom:failed', { reason: error.message });
    toast(text, { tone: 'bad' });
  }

  private float(shown: ReactionShown[]): void {
    for (const one of shown) {
      this.floated += 1;
      const id = this.floated;
      // Beside each other, without a die: seven is no divisor of ten.
      const floating: Floating = {
        id,
        participantId: one.participant_id,
        kind: one.kind,
        across: ((id * 7) % 10) / 10,
      };
      this.store.setState((state) => ({
        floating: [...state.floating.slice(1 - MOST_FLOATING), floating],
      }));
      window.setTimeout(
        () =>
          this.store.setState((state) => ({
            floating: state.floating.filter((other) => other.id !== id),
          })),
        FLOATS_MS,
      );
    }
  }

  dismiss(...gone: Notice[]): void {
    for (const kind of ['microphone', 'camera'] as const) {
      if (NOTICES[kind].some((notice) => gone.includes(notice))) this.lacking.delete(kind);
    }
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
    this.stopWatchingDevices?.();
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
      (event) =>
        event.type === 'chat_sent' &&
        event.data.participant_id !== session.me &&
        (event.room_id === null || event.room_id === session.room_id),
    ).length;
    const said = events.map((event) => announce(session, event)).findLast((one) => one !== null);
    const aboutRooms = events
      .map((event) => announceRooms(session, event))
      .findLast((one) => one !== null);
    this.store.setState({
      session,
      unread: tab === 'chat' ? 0 : unread + fresh,
      announcement: aboutRooms
        ? { text: aboutRooms, turn: announcement.turn + 1 }
        : said
        ? {
            text: i18next.t(`classroom:say.${said.key}`, {
              name: said.name ?? '',
              question: said.question ?? '',
            }),
            turn: announcement.turn + 1,
          }
        : announcement,
    });
    for (const event of events) {
      this.noticeOf(event);
      this.noteWords(event);
    }
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

  /** Words meant for oneself come forward, wherever one looks. */
  private noteWords({ type, data }: WireEvent): void {
    const { session, tab } = this.store.getState();
    if (session && type === 'speak_invited' && data.participant_id === session.me) {
      this.store.setState({ askedBy: personOf(session, String(data.by))?.name ?? '' });
    }
    if (!session || type !== 'chat_sent' || data.participant_id === session.me) return;
    if (tab === 'chat') return;
    const isPrivate = data.to === session.me;
    const isMentioned = Array.isArray(data.mentions) && data.mentions.includes(session.me);
    if (!isPrivate && !isMentioned) return;
    const name = personOf(session, String(data.participant_id))?.name ?? '';
    const text = String(data.text).slice(0, 120);
    toast(i18next.t(isPrivate ? 'room:chat.privateFrom' : 'room:chat.mentioned', { name, text }));
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
      this.lacking.clear();
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
    this.stopWatchingDevices = onDevicesChanged(() => void this.routeSound());
    void this.routeSound();
    void this.media.connect();
  }

  /** A speaker that was pulled out plays nothing: the browser's own takes over, and gives back. */
  private async routeSound(): Promise<void> {
    const { speakerId } = this.local.choice;
    if (!speakerId) return;
    const { speakers } = await listDevices();
    if (speakerId !== this.local.choice.speakerId) return;
    const isThere = speakers.some((one) => one.deviceId === speakerId);
    await this.media?.setSpeaker(isThere ? speakerId : DEFAULT_SPEAKER);
    if (isThere) this.dismiss('speakerGone');
    else if (this.hasSpeaker) this.notify('speakerGone');
    this.hasSpeaker = isThere;
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
          this.lacking.add(kind);
          void this.command({ type: 'set_track', track: kind, is_on: false });
        }
      },
      onChange: () => {
        const { local } = this;
        void this.routeSound();
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
        pinned: this.store.getState().pinned,
      });
    }, VIEW_INTERVAL_MS);
  }

  private finish(reason: string, error: ApiError | null): void {
    if (this.isDisposed || this.store.getState().closed) return;
    this.store.setState({ closed: { reason, error }, status: 'closed', dialog: null });
    this.dispose();
  }
}
