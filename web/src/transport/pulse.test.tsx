import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { LOOK_MS, Pulse } from './pulse';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A pulse over a connection that gets `perSecond` packets, until the way is `cut`. */
function over(perSecond: number) {
  const began = performance.now();
  const silent = vi.fn();
  let cutAt = Infinity;
  const pulse = new Pulse(() => {
    const until = Math.min(performance.now(), cutAt) - began;
    return Promise.resolve(Math.floor((until * perSecond) / 1000));
  }, silent);
  pulse.start();
  return {
    silent,
    pulse,
    cut: () => void (cutAt = performance.now()),
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  };
}

test('silence in the middle of a talk is noticed within a second and a half', async () => {
  const { silent, cut, pass } = over(50);
  await pass(5000);
  cut();
  await pass(800);
  expect(silent).not.toHaveBeenCalled();
  await pass(700);
  expect(silent).toHaveBeenCalledTimes(1);
  await pass(60_000);
  expect(silent).toHaveBeenCalledTimes(1);
});

test('a quiet class is no silence: the pulse of the server is enough', async () => {
  const { silent, cut, pass } = over(2);
  await pass(120_000);
  expect(silent).not.toHaveBeenCalled();
  cut();
  await pass(2000);
  expect(silent).not.toHaveBeenCalled();
  await pass(3000);
  expect(silent).toHaveBeenCalledTimes(1);
});

test('who falls silent after a talk is not cut off', async () => {
  const counts = [0, 15, 30, 45];
  const quiet = (beats: number) => 45 + Math.floor((beats * LOOK_MS) / 500);
  let beats = 0;
  const silent = vi.fn();
  const pulse = new Pulse(() => {
    beats += 1;
    return Promise.resolve(counts[beats] ?? quiet(beats));
  }, silent);
  pulse.start();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(silent).not.toHaveBeenCalled();
  pulse.stop();
});

test('a page that slept begins to listen anew', async () => {
  const { silent, cut, pass } = over(50);
  await pass(3000);
  cut();
  // The timers of a machine that sleeps stand still, its clock does not.
  const later = performance.now() + 600_000;
  vi.spyOn(performance, 'now').mockReturnValue(later);
  await pass(LOOK_MS);
  expect(silent).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

test('where nothing is counted nothing is concluded', async () => {
  const silent = vi.fn();
  const pulse = new Pulse(() => Promise.resolve(null), silent);
  pulse.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(silent).not.toHaveBeenCalled();
  pulse.stop();
});
