import { expect, it } from 'vitest';

import type { TimelineMark } from '../../protocol';
import { kindsIn, nameOf, pollResult } from './moments';

function mark(kind: TimelineMark['kind'], data: TimelineMark['data'] = {}): TimelineMark {
  return { at_ms: 0, kind, label: 'L', data };
}

it('lists the kinds that occur in a fixed order', () => {
  expect(kindsIn([mark('poll'), mark('chat'), mark('poll')])).toEqual(['chat', 'poll']);
  expect(kindsIn([])).toEqual([]);
});

it('reads a tally with its shares, and none where none was shown', () => {
  const result = pollResult(mark('poll', { options: ['a', 'b'], tally: [3, 1], key: 0 }));
  expect(result?.votes).toBe(4);
  expect(result?.options[0]).toEqual({ text: 'a', votes: 3, share: 0.75, isKey: true });
  expect(pollResult(mark('poll', { options: ['a', 'b'], tally: null }))).toBeNull();
  expect(pollResult(mark('poll', { options: ['a'], tally: [0] }))?.options[0]?.share).toBe(0);
  expect(pollResult(mark('chat', { options: ['a'], tally: [1] }))).toBeNull();
});

it('names the person when the recording knows them', () => {
  expect(nameOf(mark('chat', { participant_id: 'p1' }), { p1: 'Mei Lin' })).toBe('Mei Lin');
  expect(nameOf(mark('chat', { participant_id: 'p2' }), { p1: 'Mei Lin' })).toBeNull();
  expect(nameOf(mark('chat', { name: 'Leo' }), {})).toBe('Leo');
});
