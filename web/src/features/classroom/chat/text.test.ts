import { describe, expect, test } from 'vitest';

import { mentionAt, mentionsIn, safeHref, segmentsOf, suggest } from './text';

const PEOPLE = [
  { id: 'ada', name: 'Ada' },
  { id: 'al', name: 'Ada Lovelace' },
  { id: 'ben', name: 'Ben' },
];

describe('links', () => {
  test('lead where they say, and the full stop is not part of them', () => {
    expect(segmentsOf('See https://example.org/a?b=1. Then', [])).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'link', text: 'https://example.org/a?b=1', href: 'https://example.org/a?b=1' },
      { kind: 'text', text: '. Then' },
    ]);
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://x.org', 'http://', 'nothing'])(
    '%s is no link',
    (text) => {
      expect(safeHref(text)).toBeNull();
      expect(segmentsOf(text, []).every((one) => one.kind === 'text')).toBe(true);
    },
  );

  test('markup stays text', () => {
    expect(segmentsOf('<b onclick=x>hi</b> **bold**', [])).toEqual([
      { kind: 'text', text: '<b onclick=x>hi</b> **bold**' },
    ]);
  });
});

describe('mentions', () => {
  test('the longest name that fits is meant', () => {
    expect(mentionsIn('@Ada Lovelace and @Ben, @Ben', PEOPLE)).toEqual(['al', 'ben']);
    expect(mentionsIn('mail ada@Ada.org', PEOPLE)).toEqual(['ada']);
    expect(mentionsIn('nobody here', PEOPLE)).toEqual([]);
  });

  test('what is being written is found before the cursor', () => {
    expect(mentionAt('hello @Ad', 9)).toEqual({ from: 6, query: 'Ad' });
    expect(mentionAt('hello @', 7)).toEqual({ from: 6, query: '' });
    expect(mentionAt('me@home', 7)).toBeNull();
    expect(mentionAt('hello', 5)).toBeNull();
  });

  test('people are found by any part of their name', () => {
    expect(suggest(PEOPLE, 'lov').map((one) => one.id)).toEqual(['al']);
    expect(suggest(PEOPLE, '').length).toBe(3);
  });
});
