import { describe, expect, it } from 'vitest';
import { lastStartedAt, momentPath, parseMoment } from './time';

describe('parseMoment', () => {
  it.each([
    ['61', 61_000],
    ['61.5', 61_500],
    ['90s', 90_000],
    ['1m1s', 61_000],
    ['1h2m3s', 3_723_000],
    ['', null],
    [null, null],
    ['soon', null],
    ['-4', null],
  ])('%s means %s', (text, ms) => {
    expect(parseMoment(text)).toBe(ms);
  });

  it('reads back what momentPath wrote', () => {
    const path = momentPath('r1', 61_700);
    expect(parseMoment(new URL(path, 'http://x').searchParams.get('t'))).toBe(61_000);
  });
});

describe('lastStartedAt', () => {
  const entries = [{ start_ms: 10 }, { start_ms: 20 }, { start_ms: 20 }, { start_ms: 40 }];
  it.each([
    [0, -1],
    [10, 0],
    [19, 0],
    [20, 2],
    [39, 2],
    [99, 3],
  ])('at %s ms it is entry %s', (at, index) => {
    expect(lastStartedAt(entries, at)).toBe(index);
  });
});
