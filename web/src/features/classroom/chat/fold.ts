/**
 * What a page does with events about chat, and with the lines from before its snapshot
 * (docs/protocol.md, Chat). A list is what stands under one another: the lines of a room and one's
 * own private ones; `chat_from` says where a list was cut.
 */
import type {
  ChatPage,
  ChatView,
  Emoji,
  Following,
  SessionSnapshot,
  WireEvent,
} from '../../../protocol';

type State = SessionSnapshot;
type Fold = (state: State, event: WireEvent) => State;
type Data = Record<string, unknown>;

const MAIN_ROOM = 'main';

const text = (data: Data, key: string): string => String(data[key] ?? '');
const textOrNull = (data: Data, key: string): string | null =>
  typeof data[key] === 'string' ? data[key] : null;
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Lines that only stand here as a quote change like all others. */
function withMessage(
  state: State,
  event: WireEvent,
  change: (message: ChatView) => Partial<ChatView>,
): State {
  const id = text(event.data, 'message_id');
  const changed = (one: ChatView) => (one.message_id === id ? { ...one, ...change(one) } : one);
  return {
    ...state,
    chat: state.chat.map(changed),
    chat_quoted: state.chat_quoted.map(changed),
  };
}

function reacted(message: ChatView, data: Data): ChatView['reactions'] {
  const emoji = text(data, 'emoji') as Emoji;
  const who = text(data, 'participant_id');
  const others = (message.reactions[emoji] ?? []).filter((one) => one !== who);
  const now = data.is_on === true ? [...others, who] : others;
  const rest = Object.fromEntries(
    Object.entries(message.reactions).filter(([one]) => one !== emoji),
  );
  return now.length > 0 ? { ...rest, [emoji]: now } : rest;
}

const fileIn = (data: Data): ChatView['file'] =>
  typeof data.file_id === 'string'
    ? {
        file_id: data.file_id,
        name: text(data, 'file_name'),
        media_type: text(data, 'file_type'),
        octets: Number(data.file_bytes ?? 0),
      }
    : null;

function sent(state: State, { data, at_ms }: WireEvent): State {
  const id = text(data, 'message_id');
  if (state.chat.some((message) => message.message_id === id)) return state;
  const message: ChatView = {
    message_id: id,
    participant_id: text(data, 'participant_id'),
    text: text(data, 'text'),
    at_ms,
    is_deleted: false,
    to: textOrNull(data, 'to'),
    reply_to: textOrNull(data, 'reply_to'),
    mentions: texts(data.mentions),
    edited_at_ms: null,
    reactions: {},
    room_id: textOrNull(data, 'room_id') ?? MAIN_ROOM,
    file: fileIn(data),
  };
  const quoted = data.quoted as ChatView | undefined;
  const isNew = quoted !== undefined && quotedBy(state, quoted.message_id) === undefined;
  return {
    ...state,
    chat: [...state.chat, message],
    chat_quoted: isNew ? [...state.chat_quoted, quoted] : state.chat_quoted,
  };
}

export const CHAT_FOLDS: Record<string, Fold> = {
  chat_sent: sent,
  chat_edited: (state, event) =>
    withMessage(state, event, (message) =>
      message.is_deleted
        ? {}
        : {
            text: text(event.data, 'text'),
            mentions: texts(event.data.mentions),
            edited_at_ms: event.at_ms,
          },
    ),
  chat_reacted: (state, event) =>
    withMessage(state, event, (message) => ({ reactions: reacted(message, event.data) })),
  chat_deleted: (state, event) =>
    withMessage(state, event, () => ({
      text: '',
      is_deleted: true,
      mentions: [],
      reactions: {},
      file: null,
    })),
};

/** In order of time; of a line that is there twice, what has come. */
function merged(held: ChatView[], come: ChatView[]): ChatView[] {
  const anew = new Set(come.map((line) => line.message_id));
  const others = held.filter((line) => !anew.has(line.message_id));
  return [...come, ...others].sort((a, b) => a.at_ms - b.at_ms);
}

type Lines = Pick<State, 'chat' | 'chat_from' | 'chat_quoted'>;

/** Other rooms from here on: theirs is what comes along, the main room's stays. */
export function followedChat(state: State, following: Following): Lines {
  const main = state.chat.filter((line) => line.room_id === MAIN_ROOM);
  const cut = state.chat_from[MAIN_ROOM];
  return {
    chat: merged(main, following.chat),
    chat_from: { ...following.chat_from, ...(cut === undefined ? {} : { [MAIN_ROOM]: cut }) },
    chat_quoted: merged(state.chat_quoted, following.chat_quoted),
  };
}

/** Null: asked for in another room, or before a newer snapshot, and of no use any more. */
export function applyPage(state: State, page: ChatPage): State | null {
  if (state.chat_from[page.room_id] !== page.before) return null;
  const others = Object.entries(state.chat_from).filter(([room]) => room !== page.room_id);
  const cut = page.first === null ? [] : [[page.room_id, page.first] as const];
  return {
    ...state,
    chat: merged(state.chat, page.lines),
    chat_from: Object.fromEntries([...others, ...cut]),
    chat_quoted: merged(state.chat_quoted, page.quoted),
  };
}

/** What is written where one is, and to oneself alone, as far back as it has come. */
export function chatHere(state: Pick<State, 'chat' | 'chat_from'>, roomId: string): ChatView[] {
  const lines = state.chat.filter((one) => one.to !== null || one.room_id === roomId);
  const cut = state.chat_from[roomId];
  const from = cut === undefined ? 0 : lines.findIndex((one) => one.message_id === cut);
  return from > 0 ? lines.slice(from) : lines;
}

export const quotedBy = (state: State, id: string): ChatView | undefined =>
  state.chat.find((one) => one.message_id === id) ??
  state.chat_quoted.find((one) => one.message_id === id);
