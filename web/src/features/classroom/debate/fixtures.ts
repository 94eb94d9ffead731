import type { DebateView } from '../../../protocol';
import { newDebate } from './fold';
import type { Form, Speech } from './model';

const named = (name: string) => ({ en: name, de: name });

export function aSpeech(id: string, over: Partial<Speech> = {}): Speech {
  return {
    id,
    name: named(id),
    kind: 'opening',
    length_s: 120,
    side: 'pro',
    seat: '1',
    others: [],
    bells: [
      { at_s: 30, strokes: 1 },
      { at_s: 105, strokes: 1 },
    ],
    periods: [
      { from_s: 30, kind: 'pois' },
      { from_s: 105, kind: 'warning' },
    ],
    is_balanced: false,
    turn_limit_s: 0,
    ...over,
  };
}

/** Pro and Con of two: an opening each, a cross-examination, a free debate. */
export function aForm(over: Partial<Form> = {}): Form {
  const seats = [
    { id: '1', name: named('First speaker') },
    { id: '2', name: named('Second speaker') },
  ];
  return {
    format_id: 'small',
    name: named('Small'),
    short_name: named(''),
    description: named('A small debate.'),
    schema: 1,
    source: '',
    sides: [
      { id: 'pro', name: named('Pro'), stance: 'for', seats },
      { id: 'con', name: named('Con'), stance: 'against', seats },
    ],
    phases: [
      {
        id: 'all',
        name: named('Openings'),
        speeches: [
          aSpeech('Opening Pro'),
          aSpeech('Opening Con', { side: 'con' }),
          aSpeech('Cross', {
            kind: 'cross',
            side: 'con',
            seat: '2',
            others: [{ side: 'pro', seat: '1' }],
            periods: [],
          }),
          aSpeech('Free', {
            kind: 'free',
            side: null,
            seat: null,
            is_balanced: true,
            length_s: 240,
            periods: [],
          }),
        ],
      },
    ],
    prep_s: 300,
    pool_s: 0,
    poi: { allowed: true, is_optional: true, limit_s: 15 },
    grace_s: 15,
    scoring: {
      speaker: { low: 50, high: 99, step: 0.5 },
      reply: null,
      criteria: [],
      teams: 'winner',
      can_tie: false,
      can_low_point_win: false,
      is_optional: true,
    },
    ballot_before: true,
    ballot_after: true,
    size: { least: 1, most: 4 },
    variants: [],
    ...over,
  };
}

/** Ada chairs as facilitator; ben opens for Pro, cleo for Con. */
export function aDebate(over: Partial<DebateView> = {}, form: Form = aForm()): DebateView {
  return {
    ...newDebate({
      debate_id: 'd1',
      room_id: 'main',
      motion: 'This house would close city centres to cars',
      format: form,
      format_key: JSON.stringify(form),
    }),
    seats: { 'pro:1': 'ben', 'con:1': 'cleo', 'con:2': 'cleo' },
    ...over,
  };
}
