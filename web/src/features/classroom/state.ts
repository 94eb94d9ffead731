/**
 * What the classroom knows, as one fold. A snapshot plus the events after it equals a later
 * snapshot, so the state *is* a `SessionSnapshot`; nothing here touches the socket or the clock.
 */
import type {
  ParticipantView,
  PollView,
  Presence,
  RecordingView,
  SessionSnapshot,
  WireEvent,
} from '../../protocol';

export type ClassroomState = SessionSnapshot;

type Data = Record<string, unknown>;

const text = (data: Data, key: string): string => String(data[key] ?? '');

const optionalText = (data: Data, key: string): string | null =>
  typeof data[key] === 'string' ? data[key] : null;

const numbers = (value: unknown): number[] | null =>
  Array.isArray(value) ? value.map(Number) : null;

/**
 * In a snapshot `elapsed_ms` includes the running stretch; the fold keeps the finished stretches
 * apart so that no clock is needed until the pill is drawn (`recordedMs`).
 */
export function fromSnapshot(snapshot: SessionSnapshot): ClassroomState {
  const { recording } = snapshot;
  if (recording.since_ms === null) return snapshot;
  const running = snapshot.now_ms - recording.since_ms;
  return {
    ...snapshot,
    recording: { ...recording, elapsed_ms: Math.max(0, recording.elapsed_ms - running) },
  };
}

export function recordedMs(recording: RecordingView, nowMs: number): number {
  const running = recording.since_ms === null ? 0 : Math.max(0, nowMs - recording.since_ms);
  return recording.elapsed_ms + running;
}

function withParticipant(
  state: ClassroomState,
  id: string,
  change: (participant: ParticipantView) => Partial<ParticipantView>,
): ClassroomState {
  if (!state.participants.some((one) => one.participant_id === id)) return state;
  return {
    ...state,
    participants: state.participants.map((one) =>
      one.participant_id === id ? { ...one, ...change(one) } : one,
    ),
  };
}

function seated(state: ClassroomState, event: WireEvent, presence: Presence): ClassroomState {
  const id = text(event.data, 'participant_id');
  const old = personOf(state, id);
  const participant: ParticipantView = {
    participant_id: id,
    name: text(event.data, 'name'),
    role: roleIn(event.data),
    presence,
    room_id: event.room_id ?? old?.room_id ?? state.room_id,
    is_guest: Boolean(event.data.is_guest),
    hand_raised_at_ms: old?.hand_raised_at_ms ?? null,
    tracks: allOff(old?.tracks ?? {}),
    consent: old?.consent ?? 'unasked',
    joined_at_ms: old?.joined_at_ms ?? (presence === 'present' ? event.at_ms : null),
    is_on_record: false,
  };
  const participants = old
    ? state.participants.map((one) => (one.participant_id === id ? participant : one))
    : [...state.participants, participant];
  return { ...state, participants };
}

const roleIn = (data: Data): ParticipantView['role'] =>
  data.role === 'facilitator' ? 'facilitator' : 'learner';

const personOf = (state: ClassroomState, id: string): ParticipantView | undefined =>
  state.participants.find((one) => one.participant_id === id);

const without = (ids: string[], id: string): string[] => ids.filter((one) => one !== id);

const becomes =
  (presence: Presence): Fold =>
  (state, event) =>
    withParticipant(state, participantId(event), (one) => ({
      presence,
      tracks: allOff(one.tracks),
    }));

const allOff = (tracks: Record<string, boolean>): Record<string, boolean> =>
  Object.fromEntries(Object.keys(tracks).map((kind) => [kind, false]));

/** The recording's clock runs while it is on and somebody is here; on record is who agreed. */
function settle(state: ClassroomState, atMs: number): ClassroomState {
  const { recording } = state;
  const isOn = recording.state === 'on';
  const runs = isOn && state.participants.some((one) => one.presence === 'present');
  const settled =
    runs === (recording.since_ms !== null)
      ? recording
      : {
          ...recording,
          elapsed_ms: recordedMs(recording, atMs),
          since_ms: runs ? atMs : null,
        };
  let hasChanged = settled !== recording;
  const participants = state.participants.map((one) => {
    const is = isOn && one.consent === 'given' && one.presence === 'present';
    if (one.is_on_record === is) return one;
    hasChanged = true;
    return { ...one, is_on_record: is };
  });
  return hasChanged ? { ...state, recording: settled, participants } : state;
}

function withPoll(
  state: ClassroomState,
  id: string,
  change: (poll: PollView) => Partial<PollView>,
): ClassroomState {
  if (!state.polls.some((poll) => poll.poll_id === id)) return state;
  return {
    ...state,
    polls: state.polls.map((poll) => (poll.poll_id === id ? { ...poll, ...change(poll) } : poll)),
  };
}

function pollFrom(data: Data, old: PollView | undefined): PollView {
  return {
    poll_id: text(data, 'poll_id'),
    question: text(data, 'question'),
    options: Array.isArray(data.options) ? data.options.map(String) : (old?.options ?? []),
    audience: (optionalText(data, 'audience') as PollView['audience'] | null) ?? 'all',
    is_anonymous: Boolean(data.is_anonymous),
    key: typeof data.key === 'number' ? data.key : (old?.key ?? null),
    state: old?.state ?? 'draft',
    opened_at_ms: old?.opened_at_ms ?? null,
    closed_at_ms: old?.closed_at_ms ?? null,
    voted_count: old?.voted_count ?? 0,
    tally: old?.tally ?? null,
    own_vote: old?.own_vote ?? null,
    has_voted: old?.has_voted ?? false,
  };
}

function putPoll(state: ClassroomState, poll: PollView): ClassroomState {
  const known = state.polls.some((one) => one.poll_id === poll.poll_id);
  return {
    ...state,
    polls: known
      ? state.polls.map((one) => (one.poll_id === poll.poll_id ? poll : one))
      : [...state.polls, poll],
  };
}

const recorded =
  (to: RecordingView['state']): Fold =>
  (state, event) => ({
    ...state,
    recording: {
      ...state.recording,
      state: to,
      recording_id: optionalText(event.data, 'recording_id') ?? state.recording.recording_id,
    },
  });

type Fold = (state: ClassroomState, event: WireEvent) => ClassroomState;

const participantId = (event: WireEvent): string => text(event.data, 'participant_id');

/** One entry an event type of docs/protocol.md. An unknown type changes nothing but counters. */
export const FOLDS: Record<string, Fold> = {
  epoch_started: (state) => state,
  gap_declared: (state, event) => {
    const { recording } = state;
    const from = Number(event.data.from_ms);
    const to = Number(event.data.to_ms);
    if (event.data.reason !== 'server_restart' || recording.since_ms === null) return state;
    if (to <= recording.since_ms) return state;
    return {
      ...state,
      recording: { ...recording, elapsed_ms: recordedMs(recording, from), since_ms: to },
    };
  },
  session_started: (state) => ({ ...state, state: 'live' }),
  session_ended: (state) => ({
    ...state,
    state: 'ended',
    hands: [],
    spotlight: null,
    participants: state.participants.map((one) =>
      one.presence === 'denied' || one.presence === 'removed'
        ? one
        : { ...one, presence: 'left', tracks: allOff(one.tracks), hand_raised_at_ms: null },
    ),
  }),
  participant_joined: (state, event) => seated(state, event, 'present'),
  participant_waiting: (state, event) => seated(state, event, 'waiting'),
  participant_changed: (state, event) =>
    withParticipant(state, participantId(event), () => ({
      name: text(event.data, 'name'),
      role: roleIn(event.data),
    })),
  participant_admitted: (state, event) =>
    withParticipant(state, participantId(event), (one) => ({
      presence: one.presence === 'denied' || one.presence === 'removed' ? 'left' : one.presence,
    })),
  participant_denied: becomes('denied'),
  participant_removed: becomes('removed'),
  participant_left: becomes('left'),
  participant_away: becomes('away'),
  participant_returned: becomes('present'),
  hand_raised: (state, event) => {
    const id = participantId(event);
    const next = withParticipant(state, id, () => ({ hand_raised_at_ms: event.at_ms }));
    return next.hands.includes(id) ? next : { ...next, hands: [...next.hands, id] };
  },
  hand_lowered: (state, event) => {
    const id = participantId(event);
    const next = withParticipant(state, id, () => ({ hand_raised_at_ms: null }));
    return { ...next, hands: without(next.hands, id) };
  },
  chat_sent: (state, event) => {
    const id = text(event.data, 'message_id');
    if (state.chat.some((message) => message.message_id === id)) return state;
    const message = {
      message_id: id,
      participant_id: participantId(event),
      text: text(event.data, 'text'),
      at_ms: event.at_ms,
      is_deleted: false,
    };
    return { ...state, chat: [...state.chat, message] };
  },
  chat_deleted: (state, event) => ({
    ...state,
    chat: state.chat.map((message) =>
      message.message_id === text(event.data, 'message_id')
        ? { ...message, text: '', is_deleted: true }
        : message,
    ),
  }),
  track_changed: (state, event) =>
    withParticipant(state, participantId(event), (one) => ({
      tracks: { ...one.tracks, [text(event.data, 'track')]: Boolean(event.data.is_on) },
    })),
  spotlight_changed: (state, event) => ({
    ...state,
    spotlight: optionalText(event.data, 'participant_id'),
  }),
  poll_created: (state, event) => putPoll(state, pollFrom(event.data, undefined)),
  poll_edited: (state, event) =>
    putPoll(state, pollFrom(event.data, pollOf(state, text(event.data, 'poll_id')))),
  poll_deleted: (state, event) => ({
    ...state,
    polls: state.polls.filter((poll) => poll.poll_id !== text(event.data, 'poll_id')),
  }),
  poll_opened: (state, event) => {
    const old = pollOf(state, text(event.data, 'poll_id'));
    return putPoll(state, {
      ...pollFrom(event.data, old),
      state: 'open',
      opened_at_ms: event.at_ms,
    });
  },
  vote_cast: (state, event) =>
    withPoll(state, text(event.data, 'poll_id'), (poll) => ({
      has_voted: true,
      own_vote: typeof event.data.option === 'number' ? event.data.option : poll.own_vote,
    })),
  poll_counted: (state, event) =>
    withPoll(state, text(event.data, 'poll_id'), (poll) => ({
      voted_count: Number(event.data.voted_count ?? poll.voted_count),
      tally: numbers(event.data.tally) ?? poll.tally,
    })),
  poll_closed: (state, event) =>
    withPoll(state, text(event.data, 'poll_id'), (poll) => ({
      state: 'closed',
      closed_at_ms: event.at_ms,
      voted_count: Number(event.data.voted_count ?? poll.voted_count),
      tally: numbers(event.data.tally) ?? poll.tally,
    })),
  poll_revealed: (state, event) =>
    withPoll(state, text(event.data, 'poll_id'), (poll) => ({
      state: 'revealed',
      tally: numbers(event.data.tally) ?? poll.tally,
      key: typeof event.data.key === 'number' ? event.data.key : null,
    })),
  recording_started: (state, event) =>
    recorded('on')(
      {
        ...state,
        participants: state.participants.map((one) =>
          one.consent === 'given' ? one : { ...one, consent: 'unasked' },
        ),
      },
      event,
    ),
  recording_resumed: recorded('on'),
  recording_paused: recorded('paused'),
  recording_stopped: recorded('stopped'),
  consent_given: (state, event) =>
    withParticipant(state, participantId(event), () => ({ consent: 'given' })),
  consent_declined: (state, event) =>
    withParticipant(state, participantId(event), () => ({ consent: 'declined' })),
  moment_marked: (state, event) => ({
    ...state,
    moments: [
      ...state.moments,
      {
        moment_id: text(event.data, 'moment_id'),
        at_ms: event.at_ms,
        label: text(event.data, 'label'),
      },
    ],
  }),
};

const pollOf = (state: ClassroomState, id: string): PollView | undefined =>
  state.polls.find((poll) => poll.poll_id === id);

export function applyEvent(state: ClassroomState, event: WireEvent): ClassroomState {
  const known = state.channels[event.channel];
  if (known !== undefined && event.channel_seq <= known) return state;
  const fold = FOLDS[event.type];
  const next = settle(fold ? fold(state, event) : state, event.at_ms);
  return {
    ...next,
    seq: Math.max(next.seq, event.seq),
    channels: { ...next.channels, [event.channel]: event.channel_seq },
  };
}

export const applyEvents = (state: ClassroomState, events: WireEvent[]): ClassroomState =>
  events.reduce(applyEvent, state);
