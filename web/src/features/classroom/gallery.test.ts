import { expect, test } from 'vitest';

import { aPerson, aPoll, aSnapshot } from './fixtures';
import { galleryIds, pageOf, pageSizes, pageWith, planSlots, tilesInRow } from './gallery';
import { currentPoll, peopleHere, stagePerson } from './selectors';

test('a page stays inside the pages there are', () => {
  expect(pageOf([1, 2, 3, 4, 5], 1, 2)).toEqual({ shown: [3, 4], pages: 3, page: 1, from: 2 });
  expect(pageOf([1, 2, 3], 9, 2)).toEqual({ shown: [3], pages: 2, page: 1, from: 2 });
  expect(pageOf([], 0, 2)).toEqual({ shown: [], pages: 1, page: 0, from: 0 });
});

test('the first page holds one more than there are slots: oneself needs none', () => {
  const all = Array.from({ length: 30 }, (_, index) => index);
  const { first, later } = pageSizes(true, 11, true);
  const sizes = [0, 1, 2].map((page) => pageOf(all, page, first, later).shown.length);
  expect(sizes).toEqual([12, 11, 7]);
  const places = [0, 11, 12, 22, 23].map((index) => pageWith(index, first, later));
  expect(places).toEqual([0, 0, 1, 1, 2]);
  for (const index of all) {
    expect(pageOf(all, pageWith(index, first, later), first, later).shown).toContain(index);
  }
  expect(pageSizes(true, 11, false)).toEqual({ first: 11, later: 11 });
  expect(pageSizes(false, 11, true)).toEqual({ first: 10, later: 10 });
});

test('a phone shows whole tiles, and no more than have a picture', () => {
  expect(tilesInRow(366, 3, 5)).toBe(3);
  expect(tilesInRow(366, 200, 5)).toBe(3);
  expect(tilesInRow(660, 200, 5)).toBe(5);
  expect(tilesInRow(0, 200, 5)).toBe(2);
});

test('oneself comes first and whoever is large is not shown twice', () => {
  const people = [aPerson('ada'), aPerson('ben'), aPerson('cleo')];
  expect(galleryIds(people, 'cleo', 'ada')).toEqual(['cleo', 'ben']);
  expect(galleryIds([aPerson('ada')], 'ada', 'ada')).toHaveLength(1);
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

test('the open poll comes before one that was closed later in the list', () => {
  const poll = aPoll();
  const polls = [
    { ...poll, poll_id: '1', state: 'open' as const },
    { ...poll, poll_id: '2', state: 'closed' as const },
    { ...poll, poll_id: '3', state: 'draft' as const },
  ];
  expect(currentPoll(polls)?.poll_id).toBe('1');
  expect(currentPoll(polls.slice(1))?.poll_id).toBe('2');
});
