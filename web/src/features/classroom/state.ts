/**
 * What the classroom knows, as one fold. A snapshot plus the events after it equals a later
 * snapshot, so the state *is* a `SessionSnapshot`; nothing here touches the socket or the clock.
 */
import type {
  ParticipantView,
  PollView,
  Presence,
  RecordingView,
  ResultChange,
  SessionSnapshot,
  WireEvent,
} from '../../protocol';
import { AGENDA_FOLDS, agendaEnded } from './agenda/fold';
import { BREAKOUT_FOLDS, MAIN_ROOM, placed } from './breakouts/fold';
import { CHAT_FOLDS } from './chat/fold';
import { DEBATE_FOLDS } from './debate/fold';
import { PAD_FOLDS } from './pads/fold';
import { keepForms } from './debate/model';
import { ROOM_FOLDS, unattendedSince } from './room_folds';
import { WEB_PAGE_FOLDS } from './web_page/fold';
import { SLIDES_FOLDS } from './slides/fold';

export type ClassroomState = SessionSnapshot;

type Data = Record<string, unknown>;

const text = (data: Data, key: string): string => String(data[key] ?? '');

const optionalText = (data: Data, key: string): string | null =>
  typeof data[key] === 'string' ? data[key] : null;

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const numbers = (value: unknown): number[] | null =>
  Array.isArray(value) ? value.map(Number) : null;

/**
 * In a snapshot `elapsed_ms` includes the running stretch; the fold keeps the finished stretches
 * apart so that no clock is needed until the pill is drawn (`recordedMs`).
 */
export function fromSnapshot(snapshot: SessionSnapshot): ClassroomState {
  const { recording } = snapshot;
  keepForms(snapshot.debate_formats);
  // Formats never change and are kept apart, by their fingerprint.
  const kept = { ...snapshot, debate_formats: {} };
  if (recording.since_ms === null) return kept;
  const running = snapshot.now_ms - recording.since_ms;
  return {
    ...kept,
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
    room_id: MAIN_ROOM,
    is_guest: Boolean(event.data.is_guest),
    hand_raised_at_ms: old?.hand_raised_at_ms ?? null,
    hand_talked_ms: old?.hand_talked_ms ?? 0,
    invitation: 'none',
    tracks: allOff(old?.tracks ?? {}),
    consent: old?.consent ?? 'unasked',
    joined_at_ms: old?.joined_at_ms ?? (presence === 'present' ? event.at_ms : null),
    is_on_record: false,
    is_stream: Boolean(event.data.is_stream),
  };
  const participants = old
    ? state.participants.map((one) => (one.participant_id === id ? participant : one))
    : [...state.participants, participant];
  return placed({ ...state, participants }, { [id]: MAIN_ROOM });
}

const roleIn = (data: Data): ParticipantView['role'] =>
  data.role === 'facilitator' || data.role === 'observer' ? data.role : 'learner';

const personOf = (state: ClassroomState, id: string): ParticipantView | undefined =>
  state.participants.find((one) => one.participant_id === id);

const without = (list: string[], one: string): string[] => list.filter((other) => other !== one);

const becomes =
  (presence: Presence): Fold =>
  (state, event) =>
    withParticipant(state, participantId(event), (one) => ({
      presence,
      tracks: allOff(one.tracks),
      invitation: presence === 'away' || presence === 'present' ? one.invitation : 'none',
    }));

/** Asked to speak and unmuted: granted, until somebody else mutes them. */
function invitationAfter(one: ParticipantView, data: Data): ParticipantView['invitation'] {
  if (data.track !== 'microphone') return one.invitation;
  if (data.is_on === true) return one.invitation === 'asked' ? 'granted' : one.invitation;
  return data.by === one.participant_id ? one.invitation : 'none';
}

const allOff = (tracks: Record<string, boolean>): Record<string, boolean> =>
  Object.fromEntries(Object.keys(tracks).map((kind) => [kind, false]));

/** The recording's clock runs while it is on and somebody who takes part is here; on record is who agreed. */
function settle(state: ClassroomState, atMs: number): ClassroomState {
  const { recording } = state;
  const isOn = recording.state === 'on';
  const takesPart = (one: ParticipantView) => one.presence === 'present' && one.role !== 'observer' && !one.is_stream;
  const runs = isOn && state.participants.some(takesPart);
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
    const is = isOn && one.consent === 'given' && takesPart(one);
    if (one.is_on_record === is) return one;
    hasChanged = true;
    return { ...one, is_on_record: is };
  });
  const since = unattendedSince(state, atMs);
  hasChanged ||= since !== state.unattended_since_ms;
  return hasChanged
    ? { ...state, recording: settled, participants, unattended_since_ms: since }
    : state;
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
    // What an event leaves out has its default.
    kind: (optionalText(data, 'kind') as PollView['kind'] | null) ?? 'single',
    targets: texts(data.targets),
    scale: numbers(data.scale),
    labels: texts(data.labels),
    words: Number(data.words ?? 1),
    can_change: data.can_change !== false,
    limit_s: typeof data.limit_s === 'number' ? data.limit_s : null,
    right: old?.right ?? null,
    tolerance: old?.tolerance ?? 0,
    explanation: old?.explanation ?? '',
    entries: old?.entries ?? [],
    own_answer: old?.own_answer ?? null,
    hidden: old?.hidden ?? [],
  };
}

/** The right answer and what explains it, which facilitators plan and everyone learns at last. */
const rightIn = (data: Data): Pick<PollView, 'right' | 'tolerance' | 'explanation'> => ({
  right: answerIn(data.right),
  tolerance: Number(data.tolerance ?? 0),
  explanation: text(data, 'explanation'),
});

const answerIn = (value: unknown): PollView['own_answer'] =>
  value === undefined || value === null ? null : (value as PollView['own_answer']);

/** What a vote changed in the result; places count in what was there before. */
function changedBy(changes: ResultChange[], poll: PollView): Pick<PollView, 'tally' | 'entries'> {
  const tally = [...(poll.tally ?? [])];
  const entries = [...poll.entries];
  for (const change of changes) {
    tally.splice(change.at, change.gone, ...change.tally);
    entries.splice(change.at, change.gone, ...change.entries);
  }
  return { tally, entries };
}

/** A tally without entries has none. */
const resultIn = (data: Data, poll: PollView): Pick<PollView, 'tally' | 'entries'> => {
  if (Array.isArray(data.changes)) return changedBy(data.changes as ResultChange[], poll);
  const tally = numbers(data.tally);
  return tally === null
    ? { tally: poll.tally, entries: poll.entries }
    : { tally, entries: texts(data.entries) };
};

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
  session_ended: (state, event) => ({
    ...state,
    ...agendaEnded(state, event.at_ms),
    state: 'ended',
    hands: [],
    spotlight: null,
    presentation: null,
    participants: state.participants.map((one) =>
      one.presence === 'denied' || one.presence === 'removed'
        ? one
        : {
            ...one,
            presence: 'left',
            tracks: allOff(one.tracks),
            hand_raised_at_ms: null,
            hand_talked_ms: 0,
          },
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
  participant_removed: (state, event) =>
    becomes(event.data.may_return === true ? 'left' : 'removed')(state, event),
  participant_left: becomes('left'),
  participant_away: becomes('away'),
  participant_returned: becomes('present'),
  track_changed: (state, event) =>
    withParticipant(state, participantId(event), (one) => ({
      tracks: { ...one.tracks, [text(event.data, 'track')]: Boolean(event.data.is_on) },
      invitation: invitationAfter(one, event.data),
    })),
  ...ROOM_FOLDS,
  ...CHAT_FOLDS,
  spotlight_changed: (state, event) => ({
    ...state,
    spotlight: optionalText(event.data, 'participant_id'),
  }),
  poll_created: (state, event) =>
    putPoll(state, { ...pollFrom(event.data, undefined), ...rightIn(event.data) }),
  poll_edited: (state, event) =>
    putPoll(state, {
      ...pollFrom(event.data, pollOf(state, text(event.data, 'poll_id'))),
      key: typeof event.data.key === 'number' ? event.data.key : null,
      ...rightIn(event.data),
    }),
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
      own_answer: answerIn(event.data.answer) ?? poll.own_answer,
    })),
  poll_counted: (state, event) =>
    withPoll(state, text(event.data, 'poll_id'), (poll) => ({
      voted_count: Number(event.data.voted_count ?? poll.voted_count),
      ...resultIn(event.data, poll),
    })),
  poll_closed: (state, event) =>
    withPoll(state, text(event.data, 'poll_id'), (poll) => ({
      state: 'closed',
      closed_at_ms: event.at_ms,
      voted_count: Number(event.data.voted_count ?? poll.voted_count),
    })),
  poll_revealed: (state, event) =>
    withPoll(state, text(event.data, 'poll_id'), (poll) => ({
      state: 'revealed',
      ...resultIn(event.data, poll),
      key: typeof event.data.key === 'number' ? event.data.key : null,
      ...rightIn(event.data),
    })),
  poll_text_hidden: (state, event) =>
    withPoll(state, text(event.data, 'poll_id'), (poll) => {
      const hidden = text(event.data, 'text');
      const others = without(poll.hidden, hidden);
      return { hidden: event.data.is_hidden ? [...others, hidden].sort() : others };
    }),
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
        is_private: event.data.is_private === true,
      },
    ],
  }),
  ...BREAKOUT_FOLDS,
  ...PAD_FOLDS,
  ...DEBATE_FOLDS,
  ...WEB_PAGE_FOLDS,
  ...AGENDA_FOLDS,
  ...SLIDES_FOLDS,
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
