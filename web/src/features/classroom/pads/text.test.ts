import { expect, test } from 'vitest';
import * as Y from 'yjs';

import { applyChange, changeBetween, movedCaret } from './text';

const after = (before: string, now: string, caret: number): string => {
  const text = new Y.Doc().getText('text');
  text.insert(0, before);
  const change = changeBetween(before, now, caret);
  if (change) applyChange(text, change);
  return text.toString();
};

test.each([
  ['', 'a', 1],
  ['abc', 'abXc', 3],
  ['aaa', 'aaaa', 2],
  ['abc', '', 0],
  ['abc', 'ac', 1],
  ['one two', 'one three', 9],
  ['one two three', 'ONE three', 3],
  ['x😀y', 'x😁y', 3],
  ['hello', 'hello', 2],
  ['abab', 'ababab', 4],
  ['abc', 'abcabc', 0],
])('%j typed into %j', (before, now, caret) => {
  expect(after(before, now, caret)).toBe(now);
});

test('the caret says which of equal letters is new', () => {
  expect(changeBetween('aaa', 'aaaa', 2)).toEqual({ at: 1, remove: 0, insert: 'a' });
  expect(changeBetween('aaa', 'aaaa', 4)).toEqual({ at: 3, remove: 0, insert: 'a' });
});

test('any two texts, any caret', () => {
  let seed = 7;
  const dice = (most: number): number => {
    seed = (seed * 48271) % 2147483647;
    return seed % most;
  };
  const letters = ['a', 'b', '\n', '😀', 'é'];
  const some = (): string => Array.from({ length: dice(12) }, () => letters[dice(5)]).join('');
  for (let turn = 0; turn < 2000; turn += 1) {
    const [before, now] = [some(), some()];
    expect(after(before, now, dice(now.length + 1))).toBe(now);
  }
});

test.each([
  [3, [{ retain: 1 }, { insert: 'xy' }], 5],
  [3, [{ retain: 3 }, { insert: 'xy' }], 3],
  [3, [{ insert: 'x' }], 4],
  [5, [{ retain: 1 }, { delete: 2 }], 3],
  [2, [{ retain: 1 }, { delete: 5 }], 1],
  [4, [{ delete: 1 }, { insert: 'abc' }, { retain: 2 }, { delete: 9 }], 5],
  [0, [{ delete: 4 }], 0],
])('a caret at %i is carried along', (caret, delta, moved) => {
  expect(movedCaret(caret, delta)).toBe(moved);
});
