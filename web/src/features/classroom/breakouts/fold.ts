/** What a page does with events about breakout rooms (docs/protocol.md, Breakout rooms). */
import type {
  BreakoutRoomView,
  BreakoutsView,
  Following,
  SessionSnapshot,
  WireEvent,
} from '../../../protocol';
import { followedChat } from '../chat/fold';

type State = SessionSnapshot;
type Fold = (state: State, event: WireEvent) => State;
type Data = Record<string, unknown>;

export const MAIN_ROOM = 'main';
const KEPT_BROADCASTS = 20;

const text = (data: Data, key: string): string => String(data[key] ?? '');
const number = (data: Data, key: string): number | null =>
  typeof data[key] === 'number' ? data[key] : null;
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const NOTHING_WRITTEN = { notes: '', notes_version: 0, notes_by: null };

function roomsIn(data: Data, known: BreakoutRoomView[] = []): BreakoutRoomView[] {
  if (!Array.isArray(data.rooms)) return [];
  return (data.rooms as Data[]).map((room) => ({
    ...(known.find((one) => one.room_id === room.room_id) ?? NOTHING_WRITTEN),
    room_id: text(room, 'room_id'),
    name: text(room, 'name'),
    task: text(room, 'task'),
    participant_ids: texts(room.participant_ids),
  }));
}

const planned = (data: Data, rooms: BreakoutRoomView[]): BreakoutsView => ({
  breakout_id: text(data, 'breakout_id'),
  state: 'draft',
  rooms,
  duration_ms: number(data, 'duration_ms'),
  late: text(data, 'late') as BreakoutsView['late'],
  may_return: Boolean(data.may_return),
  may_choose: Boolean(data.may_choose),
  room_size: number(data, 'room_size'),
  opened_at_ms: null,
  ends_at_ms: null,
  closes_at_ms: null,
  help: [],
  voice_by: null,
  broadcasts: [],
});

/** People in their places; `places` says only who moves. */
export function placed(state: State, places: Record<string, string>): State {
  const room = places[state.me];
  return {
    ...state,
    room_id: room ?? state.room_id,
    participants: state.participants.map((one) => {
      const to = places[one.participant_id];
      return to === undefined || to === one.room_id ? one : { ...one, room_id: to };
    }),
  };
}

function changed(state: State, change: (breakouts: BreakoutsView) => Partial<BreakoutsView>) {
  const { breakouts } = state;
  return breakouts ? { ...state, breakouts: { ...breakouts, ...change(breakouts) } } : state;
}

function roomChanged(state: State, id: string, change: Partial<BreakoutRoomView>): State {
  return changed(state, ({ rooms }) => ({
    rooms: rooms.map((room) => (room.room_id === id ? { ...room, ...change } : room)),
  }));
}

function belonging(rooms: BreakoutRoomView[], who: string, to: string | null): BreakoutRoomView[] {
  return rooms.map((room) => {
    const isThere = room.participant_ids.includes(who);
    if ((room.room_id === to) === isThere) return room;
    const participant_ids = isThere
      ? room.participant_ids.filter((one) => one !== who)
      : [...room.participant_ids, who];
    return { ...room, participant_ids };
  });
}

function opened(state: State, event: WireEvent): State {
  const rooms = roomsIn(event.data, state.breakouts?.rooms);
  const endsAt = number(event.data, 'ends_at_ms');
  const breakouts: BreakoutsView = {
    ...planned(event.data, rooms),
    state: 'open',
    duration_ms: endsAt === null ? null : endsAt - event.at_ms,
    opened_at_ms: event.at_ms,
    ends_at_ms: endsAt,
  };
  const here = new Set(
    state.participants
      .filter((one) => one.presence === 'present' || one.presence === 'away')
      .map((one) => one.participant_id),
  );
  const places = Object.fromEntries(
    rooms.flatMap((room) =>
      room.participant_ids.filter((id) => here.has(id)).map((id) => [id, room.room_id]),
    ),
  );
  return placed({ ...state, breakouts }, places);
}

function closed(state: State): State {
  const { breakouts } = state;
  if (!breakouts) return state;
  const ours = new Set(breakouts.rooms.map((room) => room.room_id));
  const back = placed(
    state,
    Object.fromEntries(
      state.participants
        .filter((one) => ours.has(one.room_id))
        .map((one) => [one.participant_id, MAIN_ROOM]),
    ),
  );
  const own = state.participants.find((one) => one.participant_id === state.me);
  if (own?.role !== 'facilitator') return { ...back, breakouts: null };
  return changed(back, () => ({
    state: 'closed',
    ends_at_ms: null,
    closes_at_ms: null,
    help: [],
    voice_by: null,
    broadcasts: [],
  }));
}

export const BREAKOUT_FOLDS: Record<string, Fold> = {
  breakouts_drafted: (state, { data }) => ({ ...state, breakouts: planned(data, roomsIn(data)) }),
  breakouts_assigned: (state, { data }) => {
    const dealt = roomsIn(data);
    return changed(state, ({ rooms }) => ({
      rooms: rooms.map((room) => ({
        ...room,
        participant_ids: dealt.find((one) => one.room_id === room.room_id)?.participant_ids ?? [],
      })),
    }));
  },
  breakout_assigned: (state, { data }) =>
    changed(state, ({ rooms }) => ({
      rooms: belonging(
        rooms,
        text(data, 'participant_id'),
        typeof data.room_id === 'string' ? data.room_id : null,
      ),
    })),
  breakout_room_edited: (state, { data }) =>
    roomChanged(state, text(data, 'room_id'), {
      name: text(data, 'name'),
      task: text(data, 'task'),
    }),
  breakout_set_saved: (state, { data }) => ({
    ...state,
    breakout_sets: [
      ...state.breakout_sets,
      {
        set_id: text(data, 'set_id'),
        name: text(data, 'name'),
        rooms: roomsIn(data).map(({ name, task, participant_ids }) => ({
          name,
          task,
          participant_ids,
        })),
      },
    ],
  }),
  breakout_set_deleted: (state, { data }) => ({
    ...state,
    breakout_sets: state.breakout_sets.filter((one) => one.set_id !== data.set_id),
  }),
  breakouts_opened: opened,
  breakouts_extended: (state, { data }) =>
    changed(state, () => ({
      state: 'open',
      ends_at_ms: number(data, 'ends_at_ms'),
      closes_at_ms: null,
    })),
  breakouts_warned: (state) => state,
  breakouts_closing: (state, { data }) =>
    changed(state, () => ({ state: 'closing', closes_at_ms: number(data, 'closes_at_ms') })),
  breakouts_closed: closed,
  participant_moved: (state, { data }) => {
    const who = text(data, 'participant_id');
    const to = text(data, 'room_id');
    const moved = placed(state, { [who]: to });
    if (data.keeps_place === true) return moved;
    return changed(moved, ({ rooms }) => ({ rooms: belonging(rooms, who, to) }));
  },
  help_called: (state, { data, at_ms }) =>
    changed(state, ({ help }) => ({
      help: [
        ...help,
        {
          room_id: text(data, 'room_id'),
          participant_id: text(data, 'participant_id'),
          called_at_ms: at_ms,
          place: number(data, 'place') ?? help.length + 1,
        },
      ],
    })),
  help_place_changed: (state, { data }) =>
    changed(state, ({ help }) => ({
      help: help.map((call) =>
        call.room_id === data.room_id
          ? { ...call, place: number(data, 'place') ?? call.place }
          : call,
      ),
    })),
  help_answered: (state, { data }) =>
    changed(state, ({ help }) => ({ help: help.filter((one) => one.room_id !== data.room_id) })),
  room_notes_written: (state, { data }) =>
    roomChanged(state, text(data, 'room_id'), {
      notes: text(data, 'text'),
      notes_version: number(data, 'version') ?? 0,
      notes_by: text(data, 'participant_id'),
    }),
  room_notes_returned: (state, { data, at_ms }) => ({
    ...state,
    returned_notes: [
      ...state.returned_notes.filter((one) => one.room_id !== data.room_id),
      {
        room_id: text(data, 'room_id'),
        name: text(data, 'name'),
        task: text(data, 'task'),
        text: text(data, 'text'),
        at_ms,
      },
    ],
  }),
  broadcast_sent: (state, { data, at_ms }) =>
    changed(state, ({ broadcasts }) => ({
      broadcasts: [
        ...broadcasts,
        { participant_id: text(data, 'participant_id'), text: text(data, 'text'), at_ms },
      ].slice(-KEPT_BROADCASTS),
    })),
  broadcast_voice_changed: (state, { data }) =>
    changed(state, () => ({
      voice_by: typeof data.participant_id === 'string' ? data.participant_id : null,
    })),
};

/** We moved, or sit on another side of a debate: other channels from here on, and what is in them. */
export function applyFollowing(state: State, following: Following): State {
  const next = {
    ...state,
    channels: following.channels,
    ...followedChat(state, following),
    debates: state.debates.map((debate) => ({
      ...debate,
      notes: following.notes[debate.debate_id] ?? [],
    })),
  };
  return changed(next, ({ rooms }) => ({
    help: following.help,
    rooms: rooms.map((room) => ({
      ...room,
      ...NOTHING_WRITTEN,
      ...following.rooms.find((part) => part.room_id === room.room_id),
    })),
  }));
}
