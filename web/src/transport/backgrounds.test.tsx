import { beforeEach, describe, expect, test } from 'vitest';

import { backgroundOf, covering } from './background_choice';
import { rememberedChoice } from './devices';
import { Pace } from './pace';

beforeEach(() => window.localStorage.clear());

describe('the choice', () => {
  test('what a browser remembers of earlier versions or nonsense is understood', () => {
    const remember = (value: unknown) =>
      window.localStorage.setItem('reprise-devices', JSON.stringify(value));
    expect(rememberedChoice().background).toBe('none');
    remember({ blursBackground: true });
    expect(rememberedChoice().background).toBe('blur');
    remember({ background: 'dawn', suppressesNoise: true });
    expect(rememberedChoice()).toMatchObject({ background: 'dawn', suppressesNoise: true });
    remember({ background: 'beach' });
    expect(rememberedChoice().background).toBe('none');
    expect(backgroundOf(undefined)).toBe('none');
  });
});

describe('a picture covers the canvas', () => {
  test.each([
    [100, 100, { x: 0, y: -350, width: 1600, height: 1600 }],
    [3200, 900, { x: -800, y: 0, width: 3200, height: 900 }],
    [800, 450, { x: 0, y: 0, width: 1600, height: 900 }],
  ])('%s × %s', (width, height, place) => {
    expect(covering(width, height, 1600, 900)).toEqual(place);
  });
});

describe('the pace', () => {
  const run = (pace: Pace, frames: number, every: number, took: number, from = 0) => {
    let isSlow = false;
    for (let n = 0; n < frames; n += 1) isSlow = pace.isTooSlow(from + n * every, took) || isSlow;
    return isSlow;
  };

  test('a machine that keeps up is never too slow', () => {
    expect(run(new Pace(), 1000, 42, 30)).toBe(false);
  });

  test('one that takes too long for seconds is', () => {
    expect(run(new Pace(), 20, 200, 190)).toBe(false);
    expect(run(new Pace(), 60, 200, 190)).toBe(true);
  });

  test('slow first frames and a short stumble are forgiven', () => {
    const pace = new Pace();
    expect(run(pace, 4, 2000, 2000)).toBe(false);
    expect(run(pace, 200, 42, 30, 10_000)).toBe(false);
    expect(run(pace, 10, 200, 190, 20_000)).toBe(false);
    expect(run(pace, 200, 42, 30, 22_000)).toBe(false);
  });

  test('one that stands still is not waited for', () => {
    const pace = new Pace();
    expect(run(pace, 4, 1000, 900)).toBe(false);
    expect(run(pace, 1, 1000, 900, 4000)).toBe(true);
  });

  test('a page in the background, where frames are few, is not slow', () => {
    expect(run(new Pace(), 60, 1000, 40)).toBe(false);
  });
});
