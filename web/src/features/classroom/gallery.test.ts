import { expect, test } from 'vitest';

import { aPerson, aPoll, aSnapshot } from './fixtures';
import { galleryPeople, pageOf, planSlots } from './gallery';
import { currentPoll, peopleHere, percentages, stagePerson } from './selectors';

test('a page stays inside the pages there are', () => {
  expect(pageOf([1, 2, 3, 4, 5], 1, 2)).toEqual({ shown: [3, 4], pages: 3, page: 1 });
  expect(pageOf([1, 2, 3], 9, 2)).toEqual({ shown: [3], pages: 2, page: 1 });
  expect(pageOf([], 0, 2)).toEqual({ shown: [], pages: 1, page: 0 });
});

test('oneself comes first and whoever is large is not shown twice', () => {
  const people = [aPerson('ada'), aPerson('ben'), aPerson('cleo')];
  expect(galleryPeople(people, 'cleo', 'ada').map((one) => one.participant_id)).toEqual([
    'cleo',
    'ben',
  ]);
  expect(galleryPeople([aPerson('ada')], 'ada', 'ada')).toHaveLength(1);
});

test('who is shown already keeps the slot', () => {
  expect(planSlots([], ['a', 'b'], 3)).toEqual(['a', 'b', null]);
  expect(planSlots(['a', 'b', null], ['b', 'c'], 3)).toEqual(['c', 'b', null]);
  expect(planSlots(['a'], ['a', 'b', 'c'], 2)).toEqual(['a', 'b']);
});

test('the stage follows server, spotlight, speaker, facilitator', () => {
  const state = aSnapshot({
    me: 'ben',
    participants: [aPerson('ben'), aPerson('cleo'), aPerson('ada', { role: 'facilitator' })],
  });
  expect(stagePerson(state, 'cleo', [])).toBe('cleo');
  expect(stagePerson({ ...state, spotlight: 'cleo' }, null, ['ada'])).toBe('cleo');
  expect(stagePerson(state, null, ['ben', 'cleo'])).toBe('cleo');
  expect(stagePerson(state, 'left-long-ago', [])).toBe('ada');
  expect(stagePerson({ ...state, participants: [aPerson('ben')] }, null, [])).toBe('ben');
  expect(stagePerson({ ...state, me: 'ada' }, null, [])).toBe('ada');
  const seen = [
    aPerson('ada', { role: 'facilitator' }),
    aPerson('cleo', { tracks: { camera: true } }),
  ];
  expect(stagePerson({ ...state, me: 'ada', participants: seen }, null, [])).toBe('cleo');
});

test('facilitators stand first, people who left do not', () => {
  const state = aSnapshot({
    participants: [
      aPerson('zoe'),
      aPerson('bob', { presence: 'left' }),
      aPerson('ada', { role: 'facilitator' }),
    ],
  });
  expect(peopleHere(state).map((one) => one.participant_id)).toEqual(['ada', 'zoe']);
});

test('percentages of a tally, and of none', () => {
  expect(percentages([1, 2, 1])).toEqual([25, 50, 25]);
  expect(percentages([0, 0])).toEqual([0, 0]);
});

test('the open poll comes before one that was closed later in the list', () => {
  const poll = aPoll();
  const polls = [
    { ...poll, poll_id: '1', state: 'open' as const },
    { ...poll, poll_id: '2', state: 'closed' as const },
    { ...poll, poll_id: '3', state: 'draft' as const },
  ];
  expect(currentPoll(aSnapshot({ polls }))?.poll_id).toBe('1');
  expect(currentPoll(aSnapshot({ polls: polls.slice(1) }))?.poll_id).toBe('2');
});
