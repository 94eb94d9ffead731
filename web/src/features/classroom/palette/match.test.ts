import { expect, test } from 'vitest';

import { matches } from './match';

test.each([
  ['Mute all learners', '', true],
  ['Mute all learners', 'mu', true],
  ['Mute all learners', 'learn mu', true],
  ['Mute all learners', 'ute', false],
  ['Slower, please', 'PLEASE', true],
  ['Für mich anheften', 'fü an', true],
])('%s: %s → %s', (label, query, expected) => {
  expect(matches(label, query)).toBe(expected);
});
