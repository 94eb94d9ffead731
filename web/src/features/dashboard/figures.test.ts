import { expect, it } from 'vitest';

import type { Dashboard, DashboardPerson } from '../../protocol';
import { figuresOf, heldMinutes, inOrder, minutesOf, wallTime } from './figures';

const person = (name: string, over: Partial<DashboardPerson> = {}): DashboardPerson => ({
  participant_id: name,
  name,
  role: 'learner',
  is_guest: false,
  is_here: true,
  stays: [],
  present_ms: 0,
  talked_ms: 0,
  chat_count: 0,
  hand_count: 0,
  called_count: 0,
  answer_count: 0,
  right_count: 0,
  is_silent: false,
  sides: [],
  ...over,
});

const board = (over: Partial<Dashboard> = {}): Dashboard => ({
  session_id: 's',
  title: 'Printing',
  state: 'live',
  first_at: '2026-04-01T09:00:00Z',
  now_ms: 300_000,
  started_at_ms: 60_000,
  ended_at_ms: null,
  people: [],
  debates: [],
  polls: [],
  confusion: [],
  activities: [],
  ...over,
});

it('puts who was heard least on top and facilitators last', () => {
  const people = [
    person('Fay', { role: 'facilitator' }),
    person('Ada', { talked_ms: 9000 }),
    person('Ben'),
  ];
  expect(inOrder(people).map((one) => one.name)).toEqual(['Ben', 'Ada', 'Fay']);
});

it('sums up', () => {
  const people = [person('Ada', { is_silent: true }), person('Ben', { is_here: false })];
  const confusion = [{ minute: 2, count: 3 }];
  expect(figuresOf(board({ people, confusion }))).toEqual({
    people: 2,
    here: 1,
    silent: 1,
    lost: 3,
  });
});

it('shows every minute of the class, from its start', () => {
  const minutes = minutesOf(board({ confusion: [{ minute: 2, count: 3 }] }));
  expect(minutes.map((one) => one.count)).toEqual([0, 3, 0, 0, 0]);
  expect(minutes[0]?.minute).toBe(0);
  expect(minutesOf(board({ started_at_ms: null }))).toEqual([]);
  expect(minutesOf(board({ now_ms: 10_000 * 60_000 })).length).toBe(240);
});

it('knows when it was and for how long', () => {
  expect(wallTime(board(), 60_000)).toBe(Date.parse('2026-04-01T09:01:00Z'));
  expect(heldMinutes(board({ ended_at_ms: 360_000 }))).toBe(5);
});
