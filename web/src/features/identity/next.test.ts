import { expect, test } from 'vitest';

import { nextPath } from './next';

test.each([
  ['', '/'],
  ['?next=%2Fsessions%2F1', '/sessions/1'],
  ['?next=https%3A%2F%2Fevil.example', '/'],
  ['?next=%2F%2Fevil.example', '/'],
  ['?next=%2F%5Cevil.example', '/'],
])('after %s goes to %s', (search, path) => {
  expect(nextPath(search)).toBe(path);
});
