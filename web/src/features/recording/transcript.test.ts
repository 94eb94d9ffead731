import { describe, expect, it } from 'vitest';
import type { Segment } from '../../protocol';
import { firstHit, fold, isHitWord, placeAt, search, stepHit, turns } from './transcript';

function segment(who: string, start_ms: number, text: string, wordMs = 500): Segment {
  const words = text.split(' ').map((word, index) => ({
    start_ms: start_ms + index * wordMs,
    end_ms: start_ms + (index + 1) * wordMs,
    text: word,
    probability: 0.9,
  }));
  return {
    segment_id: `s${start_ms}`,
    participant_id: who,
    speaker_name: who.toUpperCase(),
    start_ms,
    end_ms: start_ms + words.length * wordMs,
    words,
  };
}

const segments = [
  segment('amara', 0, 'Printing began in Mainz.'),
  segment('amara', 3_000, 'It spread quickly.'),
  segment('leo', 4_000, 'Who paid for it?'),
  segment('amara', 20_000, 'Merchants. The café owners, too.'),
];

describe('turns', () => {
  it('puts one heading over consecutive segments of a speaker', () => {
    expect(turns(segments).map((turn) => [turn.speakerName, turn.segments.length])).toEqual([
      ['AMARA', 2],
      ['LEO', 1],
      ['AMARA', 1],
    ]);
    expect(turns(segments).map((turn) => turn.firstSegment)).toEqual([0, 2, 3]);
  });
  it('keeps two people of one name apart', () => {
    const two = [segment('a', 0, 'x'), { ...segment('b', 900, 'y'), speaker_name: 'A' }];
    expect(turns(two)).toHaveLength(2);
  });
});

describe('placeAt', () => {
  it.each([
    [0, 0, 0],
    [1_999, 0, 3],
    [3_100, 1, 0],
    [4_100, 2, 0],
    [20_500, 3, 1],
  ])('at %s ms it is segment %s word %s', (at, index, word) => {
    expect(placeAt(segments, at)).toEqual({ segment: index, word });
  });
  it('lets the last segment linger in a short silence and then nothing', () => {
    expect(placeAt(segments, 8_000)).toEqual({ segment: 2, word: 3 });
    expect(placeAt(segments, 15_000)).toBeNull();
  });
  it('falls back to the longer segment when an interjection is over', () => {
    const talk = [segment('amara', 0, 'one two three four five six'), segment('leo', 500, 'yes')];
    expect(placeAt(talk, 700)?.segment).toBe(1);
    expect(placeAt(talk, 1_600)).toEqual({ segment: 0, word: 3 });
  });
  it('is nowhere before the first word or without a transcript', () => {
    expect(placeAt(segments.slice(1), 10)).toBeNull();
    expect(placeAt([], 10)).toBeNull();
  });
});

describe('search', () => {
  it('finds a phrase across punctuation, case and accents', () => {
    expect(search(segments, 'the CAFE own')).toEqual([
      { segment: 3, firstWord: 1, lastWord: 3, start_ms: 20_500 },
    ]);
  });
  it('matches the beginning of the last word only', () => {
    expect(search(segments, 'it')).toHaveLength(2);
    expect(search(segments, 'spr')).toHaveLength(1);
    expect(search(segments, 'spr quickly')).toHaveLength(0);
    expect(search(segments, 'pread')).toHaveLength(0);
  });
  it('has no hits for nothing or punctuation', () => {
    expect(search(segments, '  ')).toEqual([]);
    expect(search(segments, '?!')).toEqual([]);
  });
  it('does not count overlapping repeats twice', () => {
    expect(search([segment('a', 0, 'no no no')], 'no no')).toHaveLength(1);
  });
  it('starts at the playhead and steps round', () => {
    const hits = search(segments, 'it');
    expect(firstHit(hits, 0)).toBe(0);
    expect(firstHit(hits, 3_500)).toBe(1);
    expect(firstHit(hits, 60_000)).toBe(0);
    expect(firstHit([], 0)).toBe(-1);
    expect(stepHit(2, 1, 1)).toBe(0);
    expect(stepHit(2, 0, -1)).toBe(1);
    expect(stepHit(0, -1, 1)).toBe(-1);
  });
  it('knows the words of a hit', () => {
    const hit = search(segments, 'spread quickly')[0];
    if (hit === undefined) throw new Error('no hit');
    expect([0, 1, 2].map((word) => isHitWord(hit, 1, word))).toEqual([false, true, true]);
  });
});

it('folds what people type and what was said alike', () => {
  expect(fold('“Café,”')).toBe('cafe');
  expect(fold('don’t')).toBe("don't");
});
