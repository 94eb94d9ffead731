import { describe, expect, it } from 'vitest';

import { aSnapshot, eventsAfter } from '../fixtures';
import { applyEvents } from '../state';

const PLAN = [
  { activity_id: 'a', title: 'Why print?', kind: 'talk', minutes: 10, note: '' },
  { activity_id: 'b', title: 'Who was first?', kind: 'poll', minutes: 5, note: '' },
];

function folded(...steps: [string, Record<string, unknown>?, number?][]) {
  const snapshot = aSnapshot();
  const next = eventsAfter(snapshot);
  return applyEvents(
    snapshot,
    steps.map(([type, data = {}, at_ms = 61_000]) => next(type, data, { at_ms })),
  );
}

const planned: [string, Record<string, unknown>] = [
  'agenda_edited',
  { activities: PLAN, revision: 1 },
];

describe('AG: the agenda in the browser', () => {
  it('AG5 lets one activity go on and ends the one before', () => {
    const { agenda } = folded(
      planned,
      ['activity_started', { activity_id: 'a' }, 61_000],
      ['activity_started', { activity_id: 'b' }, 70_000],
    );
    expect(agenda.runs).toEqual([
      { activity_id: 'a', from_ms: 61_000, to_ms: 70_000 },
      { activity_id: 'b', from_ms: 70_000, to_ms: null },
    ]);
    expect(agenda.can_undo).toBe(true);
  });

  it('AG7 lets go on what a move ended when the move is taken back', () => {
    const { agenda } = folded(
      planned,
      ['activity_started', { activity_id: 'a' }, 61_000],
      ['activity_started', { activity_id: 'b' }, 70_000],
      ['agenda_undone', { step: 'move', activity_id: 'a', can_undo: true }, 71_000],
    );
    expect(agenda.runs).toEqual([{ activity_id: 'a', from_ms: 61_000, to_ms: null }]);
  });

  it('AG7 takes extensions back, and the end of the agenda', () => {
    const { agenda } = folded(
      planned,
      ['activity_started', { activity_id: 'b' }],
      ['activity_extended', { activity_id: 'b', minutes: 5 }],
      ['agenda_finished', {}, 90_000],
      ['agenda_undone', { step: 'move', activity_id: 'b', can_undo: true }],
      ['agenda_undone', { step: 'extension', activity_id: 'b', minutes: 5 }],
    );
    expect(agenda.activities[1]?.extra_min).toBe(0);
    expect(agenda.runs.at(-1)?.to_ms).toBeNull();
    expect(agenda.can_undo).toBe(false);
  });

  it('AG3 an edit keeps what activities were extended by, AG9 and what was covered', () => {
    const state = folded(
      planned,
      ['activity_started', { activity_id: 'a' }],
      ['activity_extended', { activity_id: 'a', minutes: 2 }],
      ['agenda_edited', { activities: [...PLAN].reverse(), revision: 2 }],
      ['objectives_edited', { objectives: [{ objective_id: 'o', text: 'Date it' }], revision: 1 }],
      ['objective_covered', { objective_id: 'o', is_covered: true }, 65_000],
      ['objectives_edited', { objectives: [{ objective_id: 'o', text: 'Date' }], revision: 2 }],
    );
    expect(state.agenda.activities.map((one) => one.extra_min)).toEqual([0, 2]);
    expect(state.objectives.items).toEqual([
      { objective_id: 'o', text: 'Date', covered_at_ms: 65_000 },
    ]);
  });

  it('AG8 ends with the session, and so does the hint (AM4)', () => {
    const state = folded(
      planned,
      ['activity_started', { activity_id: 'a' }],
      ['quiet_noted', { since_ms: 3 }],
      ['session_ended', {}, 99_000],
    );
    expect(state.agenda.runs.at(-1)?.to_ms).toBe(99_000);
    expect(state.quiet_since_ms).toBeNull();
  });
});
