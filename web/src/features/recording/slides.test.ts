import { expect, test } from 'vitest';

import type { RecordedSlide } from '../../protocol';
import { isSlideAt } from './cuts';
import { slideAt } from './slides';

const slide = (start_ms: number, end_ms: number, page: number): RecordedSlide => ({
  start_ms, end_ms, deck_id: 'd', page, title: '', text: '', url: '',
});

test('the page of a moment, and none between them', () => {
  const slides = [slide(0, 1000, 1), slide(1000, 2000, 2), slide(5000, 6000, 3)];
  expect([0, 999, 1000, 3000, 5500, 6000].map((at) => slideAt(slides, at)?.page ?? null)).toEqual(
    [1, 1, 2, null, 3, null],
  );
});

test('a shared screen stands before the page', () => {
  const cut = (start_ms: number, end_ms: number, main_track_id: string) => ({
    start_ms, end_ms, main_track_id, inset_track_id: null,
  });
  const cuts = [cut(0, 1000, 'slide:d:1'), cut(1000, 2000, 'ada-screen')];
  expect([isSlideAt(cuts, 500), isSlideAt(cuts, 1500), isSlideAt(cuts, 2500)]).toEqual([
    true, false, false,
  ]);
});
