import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { SilentMedia } from './silence';

let media: SilentMedia;
let said: string[];

beforeEach(() => {
  vi.useFakeTimers();
  media = new SilentMedia();
  media.duration = 10;
  said = [];
  for (const name of ['play', 'pause', 'ended', 'seeked']) {
    media.addEventListener(name, () => said.push(name));
  }
});
afterEach(() => {
  media.pause();
  vi.useRealTimers();
});

test('its time goes on while it plays, by its speed, and stands while it does not', async () => {
  await media.play();
  vi.advanceTimersByTime(2_000);
  expect(media.currentTime).toBeCloseTo(2);
  media.playbackRate = 2;
  vi.advanceTimersByTime(1_000);
  media.pause();
  vi.advanceTimersByTime(5_000);
  expect([media.currentTime, media.paused, media.ended]).toEqual([4, true, false]);
  expect(said).toEqual(['play', 'pause']);
});

test('it ends by itself, and begins again when it is played again', async () => {
  media.currentTime = 9;
  await media.play();
  vi.advanceTimersByTime(1_500);
  expect([media.currentTime, media.paused, media.ended]).toEqual([10, true, true]);
  expect(said).toEqual(['seeked', 'play', 'pause', 'ended']);
  await media.play();
  expect(media.currentTime).toBe(0);
});

test('a moment beyond either end is the end', () => {
  media.currentTime = 99;
  expect(media.currentTime).toBe(10);
  media.currentTime = -1;
  expect(media.currentTime).toBe(0);
});
