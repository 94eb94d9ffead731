import { expect, test } from 'vitest';

import type { RecordedBoard, RecordedSlide, Recording } from '../../protocol';
import { boardAt, slideAt, stillAt } from './slides';

const slide = (start_ms: number, end_ms: number, page: number): RecordedSlide => ({
  start_ms, end_ms, deck_id: 'd', page, title: '', text: '', url: '',
});

test('the page of a moment, and none between them', () => {
  const slides = [slide(0, 1000, 1), slide(1000, 2000, 2), slide(5000, 6000, 3)];
  expect([0, 999, 1000, 3000, 5500, 6000].map((at) => slideAt(slides, at)?.page ?? null)).toEqual(
    [1, 1, 2, null, 3, null],
  );
});

const board = (start_ms: number, end_ms: number, picture_id: string): RecordedBoard => ({
  start_ms, end_ms, picture_id, text: '', url: `/${picture_id}.webp`,
});

test('the whiteboard of a moment', () => {
  const boards = [board(0, 1000, 'a'), board(1000, 2000, 'b')];
  expect([0, 999, 1000, 2000].map((at) => boardAt(boards, at)?.picture_id ?? null)).toEqual(
    ['a', 'a', 'b', null],
  );
});

test('the cut says what stands: a page, the whiteboard, or a track', () => {
  const cut = (start_ms: number, end_ms: number, main_track_id: string | null) => ({
    start_ms, end_ms, main_track_id, inset_track_id: null,
  });
  const recording = {
    cuts: [
      cut(0, 1000, 'slide:d:1'), cut(1000, 2000, 'ada-screen'), cut(2000, 3000, 'board:a'),
      cut(3000, 4000, null), cut(4000, 5000, 'board:b'), cut(5000, 6000, 'board:gone'),
      cut(6000, 7000, 'slide:d:2'),
    ],
    slides: [{ ...slide(0, 4000, 1), url: '/1.webp' }, { ...slide(6000, 7000, 2), url: '/2.webp' }],
    boards: [board(1500, 3000, 'a'), board(4000, 5000, 'b')],
  } as unknown as Recording;
  expect([500, 1700, 2500, 3500, 4500, 5500, 6500, 7000, 9000].map((at) => stillAt(recording, at)))
    .toEqual(['/1.webp', null, '/a.webp', null, '/b.webp', null, '/2.webp', '/2.webp', '/2.webp']);
});
