/** What the page says to its own person: notices that stay, toasts that pass, words to read aloud. */
import { i18next } from '../../i18n';
import type { WireEvent } from '../../protocol';
import { ApiError } from '../../transport/http';
import { toast } from '../../ui';
import { announce } from './announce';
import { announceRooms } from './breakouts/announce';
import { announceSlides } from './slides/announce';
import { personOf } from './selectors';
import type { ClassroomState } from './state';
import type { Notice, PageState, PageStore } from './store';

export type DeviceKind = 'microphone' | 'camera';

/** What is said about a device until it works again. */
export const NOTICES: Record<DeviceKind, Notice[]> = {
  microphone: ['micGone', 'micTrouble'],
  camera: ['cameraGone', 'cameraTrouble'],
};

export function notify(store: PageStore, notice: Notice): void {
  store.setState(({ notices }) => ({
    notices: [...notices.filter((one) => one !== notice), notice],
  }));
}

export function dismiss(store: PageStore, ...gone: Notice[]): void {
  store.setState(({ notices }) => ({
    notices: notices.filter((notice) => !gone.includes(notice)),
  }));
}

/** Why something was not done. */
export function sayError(error: unknown): void {
  if (!(error instanceof ApiError) || error.code === 'closed') return;
  const seconds = Math.max(1, Math.ceil(error.retryAfterS ?? 1));
  const text =
    error.code === 'too_fast'
      ? i18next.t('room:chat.tooFast', { seconds })
      : i18next.t('classroom:failed', { reason: error.message });
  toast(text, { tone: 'bad' });
}

/** What the live region says after these events; the last of them that is worth a word. */
export function announcementOf(
  session: ClassroomState,
  events: WireEvent[],
  before: PageState['announcement'],
): PageState['announcement'] {
  const turn = before.turn + 1;
  const aboutRooms = events
    .map((event) => announceRooms(session, event))
    .findLast((one) => one !== null);
  if (aboutRooms) return { text: aboutRooms, turn };
  const aboutSlides = events
    .map((event) => announceSlides(session, event))
    .findLast((one) => one !== null);
  if (aboutSlides) return { text: aboutSlides, turn };
  const said = events.map((event) => announce(session, event)).findLast((one) => one !== null);
  if (!said) return before;
  const words = { name: said.name ?? '', question: said.question ?? '' };
  return { text: i18next.t(`classroom:say.${said.key}`, words), turn };
}

/** How many of these are chat messages of others where one is. */
export const countChat = (session: ClassroomState, events: WireEvent[]): number =>
  events.filter(
    (event) =>
      event.type === 'chat_sent' &&
      event.data.participant_id !== session.me &&
      (event.room_id === null || event.room_id === session.room_id),
  ).length;

/** Somebody else switched a track of one's own off. */
export function noteTracks(store: PageStore, { type, data }: WireEvent): void {
  const { session } = store.getState();
  if (type !== 'track_changed' || data.participant_id !== session?.me) return;
  if (data.is_on === true || data.by === session?.me) return;
  if (data.track === 'microphone') notify(store, 'muted');
  if (data.track === 'camera') notify(store, 'cameraStopped');
}

/** Told by the event: a bell may come together with the end that it rings. */
export function noteBell(store: PageStore, { type, data }: WireEvent): void {
  if (type !== 'debate_bell_rung') return;
  const { turn } = store.getState().rung;
  const strokes = Number(data.strokes);
  store.setState({ rung: { debateId: String(data.debate_id), strokes, turn: turn + 1 } });
}

/** Words meant for oneself come forward, wherever one looks. */
export function noteWords(store: PageStore, { type, data }: WireEvent): void {
  const { session, tab } = store.getState();
  if (session && type === 'speak_invited' && data.participant_id === session.me) {
    store.setState({ askedBy: personOf(session, String(data.by))?.name ?? '' });
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
