import { describe, expect, it } from 'vitest';
import type { Chapter } from '../../protocol';
import {
  barChapters, chaptersReached, filled, fractionOf, gapAt, neighbourChapter, timeAt,
} from './seek';

function chapter(start_ms: number, end_ms: number): Chapter {
  return {
    chapter_id: `c${start_ms}`, start_ms, end_ms, title: 'T', thumbnail: null, speaker_names: [],
  };
}
const chapters = [chapter(0, 14_000), chapter(14_000, 34_000), chapter(34_000, 120_000)];

describe('pointer to time', () => {
  const bar = { left: 100, width: 200 };
  it.each([
    [100, 0],
    [200, 60_000],
    [300, 120_000],
    [0, 0],
    [900, 120_000],
  ])('x %s is %s ms', (x, ms) => {
    expect(timeAt(x, bar, 120_000)).toBe(ms);
  });
  it('survives a bar that has no width yet and an unknown length', () => {
    expect(timeAt(5, { left: 0, width: 0 }, 1000)).toBe(0);
    expect(fractionOf(5, 0)).toBe(0);
  });
});

describe('barChapters', () => {
  it('covers the bar without holes', () => {
    const pieces = barChapters(chapters, 120_000);
    expect(pieces.map((piece) => piece.to)).toEqual([
      14_000 / 120_000, 34_000 / 120_000, 1,
    ]);
    expect(pieces[1]?.from).toBe(pieces[0]?.to);
  });
  it('is one piece without chapters', () => {
    expect(barChapters([], 1000)).toEqual([{ chapter: null, from: 0, to: 1 }]);
  });
  it('has an unnamed piece before a first chapter that starts late', () => {
    expect(barChapters([chapter(500, 1000)], 1000)[0]).toEqual({ chapter: null, from: 0, to: 0.5 });
  });
  it('fills pieces up to the playhead', () => {
    expect(filled({ from: 0, to: 0.5 }, 0.25)).toBe(0.5);
    expect(filled({ from: 0.5, to: 1 }, 0.25)).toBe(0);
    expect(filled({ from: 0, to: 0.2 }, 0.25)).toBe(1);
  });
});

describe('neighbourChapter', () => {
  it('goes forward to the next start, and nowhere after the last', () => {
    expect(neighbourChapter(chapters, 0, 1)).toBe(14_000);
    expect(neighbourChapter(chapters, 60_000, 1)).toBeNull();
  });
  it("goes back to this chapter's start, and one further when just there", () => {
    expect(neighbourChapter(chapters, 30_000, -1)).toBe(14_000);
    expect(neighbourChapter(chapters, 15_000, -1)).toBe(0);
    expect(neighbourChapter([], 15_000, -1)).toBeNull();
  });
});

it('announces a gap only while passing it', () => {
  const gap = { at_ms: 5_000, length_ms: 900, reason: 'paused' as const };
  expect(gapAt([gap], 4_999)).toBeNull();
  expect(gapAt([gap], 5_000)).toBe(gap);
  expect(gapAt([gap], 7_500)).toBeNull();
});

it('counts chapters reached by the furthest point', () => {
  expect(chaptersReached(chapters, 20_000)).toBe(2);
  expect(chaptersReached(chapters, 0)).toBe(1);
});
