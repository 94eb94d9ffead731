import { describe, expect, it } from 'vitest';

import type { AgendaView } from '../../protocol';
import { currentOf, hasNext, hasPrevious, leftMs, moved, usedMs } from './progress';

const activity = (activity_id: string, minutes: number, extra_min = 0) => ({
  activity_id,
  title: activity_id,
  kind: 'talk' as const,
  minutes,
  note: '',
  extra_min,
});

const agenda = (runs: AgendaView['runs']): AgendaView => ({
  activities: [activity('a', 1), activity('b', 2, 1)],
  revision: 1,
  runs,
  can_undo: false,
});

describe('where a class stands', () => {
  it('AG5 counts on what was gone back to, and AG6 what it was extended by', () => {
    const now = agenda([
      { activity_id: 'b', from_ms: 0, to_ms: 60_000 },
      { activity_id: 'a', from_ms: 60_000, to_ms: 90_000 },
      { activity_id: 'b', from_ms: 90_000, to_ms: null },
    ]);
    expect(usedMs(now, 'b', 100_000)).toBe(70_000);
    expect(leftMs(now, activity('b', 2, 1), 100_000)).toBe(110_000);
    expect(leftMs(now, activity('b', 2, 1), 300_000)).toBe(-90_000);
    expect(currentOf(now)?.activity_id).toBe('b');
  });

  it('knows whether there is a next and a previous', () => {
    const at = (runs: AgendaView['runs']) => [hasPrevious(agenda(runs)), hasNext(agenda(runs))];
    expect(at([])).toEqual([false, true]);
    expect(at([{ activity_id: 'a', from_ms: 0, to_ms: null }])).toEqual([false, true]);
    expect(at([{ activity_id: 'b', from_ms: 0, to_ms: null }])).toEqual([true, true]);
    expect(at([{ activity_id: 'b', from_ms: 0, to_ms: 5 }])).toEqual([true, false]);
    expect(hasNext({ activities: [], revision: 0, runs: [], can_undo: false })).toBe(false);
  });

  it('moves an entry within its list', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b'], 0, 5)).toEqual(['a', 'b']);
  });
});
