import type {
  ChatView,
  ParticipantView,
  PollView,
  SessionSnapshot,
  WireEvent,
} from '../../protocol';

/** The smallest class that tests can say something about. */
export function aPerson(id: string, over: Partial<ParticipantView> = {}): ParticipantView {
  return {
    participant_id: id,
    name: id,
    role: 'learner',
    presence: 'present',
    room_id: 'main',
    is_guest: false,
    hand_raised_at_ms: null,
    hand_talked_ms: 0,
    invitation: 'none',
    tracks: {},
    consent: 'unasked',
    joined_at_ms: 0,
    is_on_record: false,
    is_stream: false,
    ...over,
  };
}

export function aMessage(id: string, over: Partial<ChatView> = {}): ChatView {
  return {
    message_id: id,
    participant_id: 'ben',
    text: id,
    at_ms: 50_000,
    is_deleted: false,
    to: null,
    reply_to: null,
    mentions: [],
    edited_at_ms: null,
    reactions: {},
    file: null,
    room_id: 'main',
    ...over,
  };
}

export function aSnapshot(over: Partial<SessionSnapshot> = {}): SessionSnapshot {
  return {
    session_id: 's1',
    title: 'Printing',
    course_title: 'History 1',
    state: 'live',
    seq: 10,
    now_ms: 60_000,
    utc_ms: 1_790_000_000_000,
    channels: { session: 10 },
    me: 'ada',
    room_id: 'main',
    participants: [aPerson('ada', { role: 'facilitator' }), aPerson('ben')],
    hands: [],
    hand_order: 'fifo',
    locks: ['unattended'],
    unattended_since_ms: null,
    talked_ms: {},
    confusion: [],
    chat: [],
    chat_from: {},
    chat_quoted: [],
    polls: [],
    recording: { state: 'off', elapsed_ms: 0, since_ms: null, recording_id: null },
    spotlight: null,
    whiteboard: { opened_at_ms: null, opened_by: null },
    moments: [],
    lobby_is_on: true,
    debates: [],
    decks: [],
    presentation: null,
    web_page: null,
    debate_formats: {},
    breakouts: null,
    breakout_sets: [],
    returned_notes: [],
    agenda: { activities: [], revision: 0, runs: [], can_undo: false },
    objectives: { items: [], revision: 0 },
    quiet_since_ms: null,
    ...over,
  };
}

/** An open single choice that nobody has answered. */
export function aPoll(over: Partial<PollView> = {}): PollView {
  return {
    poll_id: 'p1',
    question: 'Who was first?',
    options: ['Gutenberg', 'Caxton'],
    audience: 'all',
    is_anonymous: false,
    key: null,
    state: 'open',
    opened_at_ms: 1,
    closed_at_ms: null,
    voted_count: 0,
    tally: null,
    own_vote: null,
    has_voted: false,
    kind: 'single',
    targets: [],
    scale: null,
    labels: [],
    words: 1,
    can_change: true,
    limit_s: null,
    right: null,
    tolerance: 0,
    explanation: '',
    entries: [],
    own_answer: null,
    hidden: [],
    ...over,
  };
}

export function eventsAfter(snapshot: SessionSnapshot) {
  let seq = snapshot.seq;
  const counters = { ...snapshot.channels };
  return (
    type: string,
    data: Record<string, unknown> = {},
    { at_ms = 61_000, channel = 'session' }: { at_ms?: number; channel?: string } = {},
  ): WireEvent => {
    seq += 1;
    counters[channel] = (counters[channel] ?? 0) + 1;
    return {
      session_id: snapshot.session_id,
      room_id: null,
      seq,
      channel,
      channel_seq: counters[channel],
      at_ms,
      actor_id: 'ada',
      type,
      version: 1,
      data,
      cause_id: null,
    };
  };
}
