import { describe, expect, it } from 'vitest';
import { hillPath, speechDensity } from './density';

function spoken(start_ms: number, end_ms: number) {
  return {
    segment_id: 's', participant_id: 'p', speaker_name: 'P', start_ms, end_ms,
    words: [{ start_ms, end_ms, text: 'w', probability: 1 }],
  };
}

describe('speechDensity', () => {
  it('is high where people talk and zero where nobody does', () => {
    const density = speechDensity([spoken(0, 4_000)], 10_000, 10);
    expect(density[1]).toBeCloseTo(1);
    expect(density[9]).toBe(0);
  });
  it('never exceeds one when people talk at once', () => {
    const both = speechDensity([spoken(0, 10_000), spoken(0, 10_000)], 10_000, 5);
    expect(Math.max(...both)).toBe(1);
  });
  it('is flat for an empty or unknown length', () => {
    expect(speechDensity([], 0, 3)).toEqual([0, 0, 0]);
  });
});

it('draws a closed hill', () => {
  expect(hillPath([0, 1])).toBe('M0,1 L0,1.000 C0.5,1.000 0.5,0.000 1,0.000 L1,1 Z');
  expect(hillPath([1])).toBe('');
});
