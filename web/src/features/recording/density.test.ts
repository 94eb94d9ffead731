import { describe, expect, it } from 'vitest';

import { hillPath, speechDensity } from './density';

function spoken(...starts: number[]) {
  return {
    segment_id: 's', participant_id: 'p', speaker_name: 'P', start_ms: 0, end_ms: 0,
    words: starts.map((at) => ({ start_ms: at, end_ms: at + 100, text: 'w', probability: 1 })),
  };
}

describe('speechDensity', () => {
  it('is highest where most is said and zero where nothing is', () => {
    const density = speechDensity([spoken(100, 200, 300, 5_100)], 10_000, 10);
    expect(density[0]).toBe(1);
    expect(density[5]).toBeGreaterThan(0);
    expect(density[5]).toBeLessThan(1);
    expect(density[9]).toBe(0);
  });
  it('keeps words past the end in the last bin', () => {
    expect(speechDensity([spoken(99_000)], 10_000, 2)[1]).toBe(1);
  });
  it('is flat without words or an unknown length', () => {
    expect(speechDensity([], 1_000, 3)).toEqual([0, 0, 0]);
    expect(speechDensity([spoken(1)], 0, 3)).toEqual([0, 0, 0]);
  });
});

it('draws a closed hill', () => {
  expect(hillPath([0, 1])).toBe('M0,1 L0,1.000 C0.5,1.000 0.5,0.000 1,0.000 L1,1 Z');
  expect(hillPath([1])).toBe('');
});
