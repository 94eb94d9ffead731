/**
 * Ties one seat together: socket, media connection, own devices, store. The view calls its methods
 * and reads the store; nothing else does either. What one sends is `tracks`, what one sees and
 * hears of the others is `incoming`, and the log decides about both.
 */
import { i18next } from '../../i18n';
import type {
  AnyCommand,
  ChatPage,
  ParticipantView,
  PictureWanted,
  ReactionKind,
  SessionSnapshot,
  SetRole,
  WireEvent,
} from '../../protocol';
import { ApiError, http } from '../../transport/http';
import { connectLive, type Live } from '../../transport/live';
import { LocalMedia } from '../../transport/local_media';
import { toast } from '../../ui';
import { Uploads } from '../../ui/slides';
import { PageCaptions } from './captions/captions';
import { applyFollowing } from './breakouts/fold';
import { applyPage } from './chat/fold';
import { isWide } from './debate/wide';
import { FloatingReactions } from './floating';
import { Incoming } from './incoming';
import { announcementOf, countChat, noteBell, noteTracks, noteWords, notify, sayError } from './notices';
import { OwnTracks } from './own_tracks';
import { Pads } from './pads/pads';
import { isObserver, LOST_WINDOW_MS, me, takesPart } from './selectors';
import { SlidesControl } from './slides/control';
import { applyEvents, fromSnapshot } from './state';
import { type Layout, newStore, notBefore, type PageStore, rememberLayout, type Tab } from './store';

export interface JoinWishes {
  microphone: boolean;
  camera: boolean;
  /** Answer given before joining; null when not asked. */
  consent: boolean | null;
  startsSession: boolean;
}

export class Classroom {
  readonly local = new LocalMedia();
  readonly store: PageStore = newStore(this.local.choice);
  readonly incoming = new Incoming(this.local, this.store, {
    offer: (offer) => {
      if (!this.live) throw new Error('Not connected');
      return this.live.offer(offer);
    },
    servers: () => this.live?.mediaServers() ?? Promise.resolve({ ice_servers: [], expires_in_s: 0 }),
    view: (view) => this.live?.view(view),
  });
  readonly tracks = new OwnTracks(this.local, this.store, {
    command: (command) => this.command(command),
    isTaken: () => this.live !== null,
    hasJoined: () => this.hasJoined,
    send: (kind, track) => this.incoming.send(kind, track),
    onDevices: () => void this.incoming.routeSound(),
  });
  readonly pads = new Pads(() => this.live?.pads ?? null);
  readonly captions = new PageCaptions(
    this.store,
    (wants) => this.live?.wishCaptions(wants) ?? Promise.resolve(null),
  );
  readonly slides = new SlidesControl((pointer) => this.live?.point(pointer));
  readonly uploads: Uploads;
  private readonly floating = new FloatingReactions(this.store);
  private live: Live | null = null;
  private wishes: JoinWishes | null = null;
  private hasJoined = false;
  private hasAnsweredConsent = false;
  private isDisposed = false;

  constructor(readonly sessionId: string) {
    this.uploads = new Uploads(sessionId);
  }

  /** Consent was decided before joining: nobody needs to be asked. */
  get answersConsent(): boolean {
    return !this.hasAnsweredConsent && this.wishes?.consent != null;
  }

  join(wishes: JoinWishes): void {
    if (this.live) return;
    this.wishes = wishes;
    this.store.setState({ closed: null });
    let hadSnapshot = false;
    this.live = connectLive(this.sessionId, {
      onStatus: (status) => {
        if (status === 'reconnecting') {
          hadSnapshot = false;
          this.pads.disconnected();
        }
        this.store.setState({ status });
      },
      onSnapshot: (snapshot) => {
        this.begin(snapshot, !hadSnapshot);
        hadSnapshot = true;
      },
      onEvents: (events) => this.fold(events),
      onFollowing: (following) => {
        const { session } = this.store.getState();
        if (!session) return;
        this.store.setState({
          session: applyFollowing(session, following),
          speakers: [],
          earlier: 'idle',
        });
      },
      onChatPage: (page) => this.takePage(page),
      onSlots: (slots) => this.incoming.assign(slots),
      onLevels: ({ speakers }) => this.store.setState({ speakers }),
      onRoomSpeakers: ({ room_id, speakers }) =>
        this.store.setState(({ roomSpeakers }) => ({
          roomSpeakers: { ...roomSpeakers, [room_id]: speakers },
        })),
      onQuality: (quality) => {
        this.store.setState({ quality });
        if (quality.level === 'lost') this.incoming.media?.lost();
      },
      onPeopleQuality: (news) =>
        this.store.setState(({ peopleQuality }) => ({
          peopleQuality: {
            ...peopleQuality,
            ...Object.fromEntries(news.map((one) => [one.participant_id, one])),
          },
        })),
      onCaption: (line) => this.captions.line(line),
      onCaptionStatus: (status) => this.captions.status(status),
      onReactions: (shown) => this.floating.show(shown),
      onPadUpdate: (pad, update) => this.pads.receive(pad, update),
      onPadCursors: (cursors) => this.pads.show(cursors),
      onPictureWanted: (wanted) => void this.draw(wanted),
      onPointer: (pointers) => this.slides.shown(pointers),
      onClosed: (reason, error) => this.finish(reason, error),
    });
  }

  async command(command: AnyCommand): Promise<boolean> {
    try {
      await this.live?.command(command);
      return true;
    } catch (error) {
      sayError(error);
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

  // ---- what the page shows -------------------------------------------------------------------

  show(tab: Tab): void {
    this.store.setState({ tab, ...(tab === 'chat' ? { unread: 0 } : {}) });
  }

  /** Where there is room beside the stage it opens there, else as a tab. */
  showDebate(isShown: boolean): void {
    this.store.setState({ isDebateShown: isShown });
    if (isShown && !isWide()) this.show('debate');
  }

  setLayout(layout: Layout): void {
    rememberLayout(layout);
    this.store.setState({ layout });
  }

  /** Hold somebody large on this page alone; null lets the speaker lead again. */
  pin(participantId: string | null): void {
    this.store.setState({ pinned: participantId });
    this.incoming.sendView();
  }

  /** Another page of the gallery, and a word about it. */
  turnGallery(by: number): void {
    const { galleryPage, galleryPages, announcement } = this.store.getState();
    const page = Math.min(Math.max(0, galleryPage + by), galleryPages - 1);
    if (page === galleryPage) return;
    const text = i18next.t('classroom:gallery.page', { page: page + 1, pages: galleryPages });
    this.store.setState({ galleryPage: page, announcement: { text, turn: announcement.turn + 1 } });
  }

  /** Turn to whoever speaks on another page. */
  showSpeaker(): void {
    const { aside, galleryPage } = this.store.getState();
    if (aside) this.turnGallery(aside.page - galleryPage);
  }

  /** What was said here before what the page has. */
  async loadEarlier(): Promise<void> {
    const { session, earlier } = this.store.getState();
    const before = session?.chat_from[session.room_id];
    if (!session || before === undefined || earlier === 'loading') return;
    this.store.setState({ earlier: 'loading' });
    try {
      await this.live?.earlier({ room_id: session.room_id, before });
    } catch (error) {
      const isFast = error instanceof ApiError && error.code === 'too_fast';
      if (isFast) await new Promise((wake) => setTimeout(wake, (error.retryAfterS ?? 1) * 1000));
      // Only if nothing else has come meanwhile: another room, a newer snapshot.
      if (this.isDisposed || this.store.getState().earlier !== 'loading') return;
      this.store.setState({ earlier: isFast ? 'idle' : 'failed' });
      if (isFast) await this.loadEarlier();
    }
  }

  /** Write to one person from now on. */
  writeTo(participantId: string): void {
    this.store.setState({ chatTo: participantId });
    this.show('chat');
  }

  /** A poll out of this text, seen before it is asked. */
  askFrom(text: string): void {
    this.store.setState({ pollText: text });
    this.show('poll');
  }

  // ---- what is more than a command -----------------------------------------------------------

  /** From now on, in this session; written to the account's membership or the guest's link. */
  async setRole(person: ParticipantView, role: SetRole['role']): Promise<void> {
    const path = `/sessions/${this.sessionId}/participants/${person.participant_id}/role`;
    try {
      await http.put(path, { role } satisfies SetRole);
    } catch (error) {
      sayError(error);
      return;
    }
    toast(i18next.t(`room:people.made.${role}`, { name: person.name }), { tone: 'good' });
  }

  async react(kind: ReactionKind): Promise<void> {
    try {
      await this.live?.react(kind);
    } catch (error) {
      sayError(error);
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
    this.live?.close();
    this.live = null;
    this.pads.dispose();
    this.incoming.close();
    this.slides.close();
    this.uploads.close();
    this.local.stop();
  }

  // ---- from the server -----------------------------------------------------------------------

  /** For the recording, without what people who have not agreed to it drew. */
  private async draw(wanted: PictureWanted): Promise<void> {
    const people = this.store.getState().session?.participants ?? [];
    const consenting = people.filter((one) => one.consent === 'given');
    try {
      await this.pads.draw(wanted, new Set(consenting.map((one) => one.participant_id)));
    } catch (error) {
      // The server asks somebody else; here there is nobody to tell.
      console.warn('No picture of the whiteboard', error);
    }
  }

  private begin(snapshot: SessionSnapshot, isNewConnection: boolean): void {
    this.store.setState({
      session: fromSnapshot(snapshot),
      earlier: 'idle',
      clock: { nowMs: snapshot.now_ms, utcMs: snapshot.utc_ms, atMs: performance.now() },
    });
    this.seated(isNewConnection);
    this.reconcile();
    if (isNewConnection) this.pads.connected();
  }

  private takePage(page: ChatPage): void {
    const { session, announcement } = this.store.getState();
    const next = session && applyPage(session, page);
    if (!next) return;
    const text = i18next.t('room:chat.earlierLoaded', { count: page.lines.length });
    this.store.setState({
      session: next,
      earlier: 'idle',
      announcement: { text, turn: announcement.turn + 1 },
    });
  }

  private fold(events: WireEvent[]): void {
    const before = this.store.getState().session;
    if (!before) return;
    const session = applyEvents(before, events);
    const { tab, unread, announcement, clock } = this.store.getState();
    this.store.setState({
      session,
      clock: notBefore(clock, events.at(-1)?.at_ms ?? 0),
      unread: tab === 'chat' ? 0 : unread + countChat(session, events),
      announcement: announcementOf(session, events, announcement),
    });
    for (const event of events) {
      noteTracks(this.store, event);
      noteWords(this.store, event);
      noteBell(this.store, event);
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

  /** A snapshot says where we are. `isNewConnection`: the server knows no media of ours yet. */
  private seated(isNewConnection: boolean): void {
    const { session } = this.store.getState();
    if (!session) return;
    const own = me(session);
    if (own?.presence !== 'present') return;
    const { media } = this.incoming;
    const takesPartNow = takesPart(own);
    const hasTurned = takesPartNow !== this.incoming.sends;
    this.incoming.sends = takesPartNow;
    if (hasTurned && !takesPartNow) this.local.stop();
    if (!media) this.incoming.open(() => this.tracks.attach());
    else if (isNewConnection || hasTurned) void media.connect();
    if (!this.hasJoined || isNewConnection) void this.captions.connected();
    if (!this.hasJoined) {
      this.hasJoined = true;
      void this.fulfilWishes();
    } else if (isNewConnection) {
      this.tracks.forgetLacking();
      notify(this.store, 'back');
    }
    this.incoming.sendView();
  }

  private async fulfilWishes(): Promise<void> {
    const wishes = this.wishes;
    const { session } = this.store.getState();
    if (!wishes || !session || isObserver(session)) return;
    if (wishes.microphone) this.tracks.keepOpen('microphone');
    if (wishes.camera) this.tracks.keepOpen('camera');
    else this.local.close('camera');
    if (wishes.consent === true) {
      this.hasAnsweredConsent = true;
      await this.command({ type: 'give_consent', is_given: true });
    }
    if (wishes.startsSession && session.state === 'scheduled') {
      await this.command({ type: 'start_session' });
    }
    await Promise.all([
      wishes.microphone ? this.tracks.toggleMicrophone() : null,
      wishes.camera ? this.tracks.toggleCamera() : null,
    ]);
  }

  private reconcile(): void {
    const { session, status } = this.store.getState();
    const own = session ? me(session) : undefined;
    if (!session || own?.presence !== 'present' || status === 'closed') return;
    this.tracks.reconcile();
    if (takesPart(own)) {
      this.answerDecline(session.recording.state === 'on' && own.consent === 'unasked');
    }
  }

  /** Who said no before joining is not asked again when the recording begins. */
  private answerDecline(isAsked: boolean): void {
    if (!isAsked || this.hasAnsweredConsent || this.wishes?.consent !== false) return;
    this.hasAnsweredConsent = true;
    void this.command({ type: 'give_consent', is_given: false });
  }

  private finish(reason: string, error: ApiError | null): void {
    if (this.isDisposed || this.store.getState().closed) return;
    this.store.setState({ closed: { reason, error }, status: 'closed', dialog: null });
    this.dispose();
  }
}
