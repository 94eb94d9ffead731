import { describe, expect, it } from 'vitest';

import type { Job, Step } from '../../protocol';
import {
  failedStep, isNowWatchable, nextDelay, overall, retryDelay, runningSteps, secondsOf,
} from './state';

const NAMES: Step['name'][] = [
  'seal', 'verify', 'assemble', 'provisional', 'transcribe', 'merge', 'chapters', 'items',
  'compose', 'renditions', 'index', 'publish',
];

function job(running: Step['name'] | null, progress = 0, stage: Job['stage'] = 'processing'): Job {
  const at = running === null ? NAMES.length : NAMES.indexOf(running);
  return {
    recording_id: 'r', stage, attempt: 1, can_retry: false, eta_s: null,
    steps: NAMES.map((name, index) => ({
      name,
      state: index < at ? 'done' : index === at ? 'running' : 'waiting',
      progress: index < at ? 1 : index === at ? progress : 0,
      started_at: null, finished_at: null, cpu_s: null, detail: null, error: null,
    })),
  };
}

describe('overall', () => {
  it('grows with every step and never passes one', () => {
    const shares = NAMES.map((name) => overall(job(name, 0.5)));
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(overall(job('seal', 0))).toBe(0);
    expect(overall(job(null))).toBe(1);
    expect(overall(job('publish', 7))).toBeLessThanOrEqual(1);
    expect(overall({ ...job(null), steps: [] })).toBe(0);
  });
  it('gives transcribing its real share', () => {
    const share = overall(job('transcribe', 1)) - overall(job('transcribe', 0));
    expect(share).toBeGreaterThan(0.25);
  });
});

describe('nextDelay', () => {
  const still = job('transcribe', 0.2);
  it('asks each second while something moves', () => {
    expect(nextDelay(null, null, still)).toBe(1_000);
    expect(nextDelay(4_000, still, job('transcribe', 0.3))).toBe(1_000);
  });
  it('backs off while nothing does, to a limit', () => {
    expect(nextDelay(1_000, still, still)).toBe(1_400);
    expect(nextDelay(6_000, still, still)).toBe(6_000);
  });
  it('hardly asks once it is over, and backs off when the server is away', () => {
    expect(nextDelay(1_000, still, job(null, 0, 'published'))).toBe(15_000);
    expect([retryDelay(null), retryDelay(4_000), retryDelay(9_000)]).toEqual([
      2_000, 8_000, 10_000,
    ]);
  });
});

it('switches to the player only when the recording became watchable meanwhile', () => {
  const before = job('provisional');
  const now = job('transcribe', 0, 'provisional');
  expect(isNowWatchable(before, now)).toBe(true);
  expect(isNowWatchable(null, now)).toBe(false);
  expect(isNowWatchable(now, job(null, 0, 'published'))).toBe(false);
});

it('names what runs and what failed', () => {
  const running = job('compose');
  expect(runningSteps(running).map((step) => step.name)).toEqual(['compose']);
  expect(failedStep(running)).toBeNull();
  const [first, ...rest] = running.steps;
  if (first === undefined) throw new Error('no step');
  const failed = { ...running, steps: [{ ...first, state: 'failed' as const }, ...rest] };
  expect(failedStep(failed)?.name).toBe('seal');
});

it('times steps, running ones until now', () => {
  const step: Step = {
    name: 'merge', state: 'running', progress: 0, started_at: '2026-01-01T00:00:00Z',
    finished_at: null, cpu_s: null, detail: null, error: null,
  };
  const now = Date.parse('2026-01-01T00:00:09Z');
  expect(secondsOf(step, now)).toBe(9);
  expect(secondsOf({ ...step, finished_at: '2026-01-01T00:00:04Z' }, now)).toBe(4);
  expect(secondsOf({ ...step, started_at: null }, now)).toBeNull();
});
