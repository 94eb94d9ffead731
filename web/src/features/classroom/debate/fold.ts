/** Debates in the fold: an event's data are new values of the view's own fields. */
import type { DebateView, NoteView, SessionSnapshot, WireEvent } from '../../../protocol';
import { keepForms } from './model';

type Fold = (state: SessionSnapshot, event: WireEvent) => SessionSnapshot;
type Data = Record<string, unknown>;

const text = (data: Data, key: string): string => String(data[key] ?? '');

/** The event's format, kept; what is left of the data belongs to the view. */
function withoutForm({ format, ...data }: Data): Data {
  if (typeof format === 'object' && format) keepForms({ [text(data, 'format_key')]: format });
  return data;
}

export function newDebate(planned: Data): DebateView {
  const data = withoutForm(planned);
  return {
    debate_id: text(data, 'debate_id'),
    room_id: text(data, 'room_id'),
    motion: text(data, 'motion'),
    format_key: text(data, 'format_key'),
    advance: data.advance === 'automatic' ? 'automatic' : 'manual',
    stage: 'planned',
    seats: {},
    chair_id: null,
    adjudicators: [],
    index: -1,
    named: {},
    used_ms: 0,
    since_ms: null,
    extra_ms: 0,
    is_over: false,
    bells: 0,
    halt: null,
    hold_until_ms: null,
    next_at_ms: null,
    pools: {},
    pool_side: null,
    pool_since_ms: null,
    turn: null,
    turn_since_ms: null,
    turn_end_ms: null,
    turn_used: {},
    turn_asks: [],
    free_since_ms: null,
    points: [],
    point: null,
    point_since_ms: null,
    ballot: null,
    ballots_closed: [],
    voted: {},
    own_ballots: [],
    sheets: [],
    own_sheet: null,
    notes: [],
    are_notes_open: false,
    result: null,
  };
}

function changed(
  state: SessionSnapshot,
  event: WireEvent,
  change: (debate: DebateView) => Partial<DebateView>,
): SessionSnapshot {
  const id = text(event.data, 'debate_id');
  return {
    ...state,
    debates: state.debates.map((one) => (one.debate_id === id ? { ...one, ...change(one) } : one)),
  };
}

/** Whatever fields of the view the event carries. */
const merged: Fold = (state, event) =>
  changed(state, event, (debate) =>
    Object.fromEntries(Object.entries(event.data).filter(([key]) => key in debate)),
  );

const noted =
  (at: (event: WireEvent) => number): Fold =>
  (state, event) =>
    changed(state, event, (debate) => {
      const note: NoteView = {
        note_id: text(event.data, 'note_id'),
        side: text(event.data, 'side'),
        participant_id: text(event.data, 'participant_id'),
        text: text(event.data, 'text'),
        at_ms: at(event),
      };
      const isKnown = debate.notes.some((one) => one.note_id === note.note_id);
      return isKnown ? {} : { notes: [...debate.notes, note] };
    });

const MERGED = [
  'debate_seats_assigned',
  'debate_chair_changed',
  'debate_adjudicators_changed',
  'debate_advance_changed',
  'debate_begun',
  'debate_turned',
  'debate_clock_started',
  'debate_clock_stopped',
  'debate_clock_extended',
  'debate_bell_rung',
  'debate_part_ended',
  'debate_speaker_named',
  'debate_held',
  'debate_prep_started',
  'debate_prep_stopped',
  'debate_turn_asked',
  'debate_turn_withdrawn',
  'debate_turn_given',
  'debate_turn_ended',
  'debate_point_offered',
  'debate_point_accepted',
  'debate_point_closed',
  'debate_notes_opened',
  'debate_ballot_opened',
  'debate_ballot_counted',
  'debate_ballot_closed',
  'debate_scored',
  'debate_sheet_handed_in',
  'debate_revealed',
  'debate_ended',
];

export const DEBATE_FOLDS: Record<string, Fold> = {
  ...Object.fromEntries(MERGED.map((type) => [type, merged])),
  debate_planned: (state, event) => ({
    ...state,
    debates: [
      ...state.debates.filter((one) => one.debate_id !== event.data.debate_id),
      newDebate(event.data),
    ],
  }),
  debate_edited: (state, event) =>
    merged(state, { ...event, data: withoutForm(event.data as Data) as WireEvent['data'] }),
  debate_deleted: (state, event) => ({
    ...state,
    debates: state.debates.filter((one) => one.debate_id !== event.data.debate_id),
  }),
  debate_note_written: noted((event) => event.at_ms),
  debate_note_shown: noted((event) => Number(event.data.written_at_ms)),
  debate_ballot_cast: (state, event) =>
    changed(state, event, (debate) => {
      const round = text(event.data, 'round');
      const isKnown = debate.own_ballots.includes(round);
      return isKnown ? {} : { own_ballots: [...debate.own_ballots, round] };
    }),
};
