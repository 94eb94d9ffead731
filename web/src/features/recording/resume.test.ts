import { describe, expect, it } from 'vitest';
import { START, merged, readProgress, startPosition, writeProgress } from './resume';

function memory(): Pick<Storage, 'getItem' | 'setItem'> {
  const held = new Map<string, string>();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
  };
}

describe('progress', () => {
  it('comes back as it was written', () => {
    const store = memory();
    writeProgress(store, 'r1', { position_ms: 5, furthest_ms: 9 });
    expect(readProgress(store, 'r1')).toEqual({ position_ms: 5, furthest_ms: 9 });
    expect(readProgress(store, 'r2')).toBe(START);
  });
  it('survives blocked storage and rubbish in it', () => {
    const blocked = {
      getItem: () => { throw new Error('blocked'); },
      setItem: () => { throw new Error('blocked'); },
    };
    expect(readProgress(blocked, 'r1')).toBe(START);
    expect(() => { writeProgress(blocked, 'r1', START); }).not.toThrow();
    expect(readProgress({ getItem: () => '{', setItem: () => undefined }, 'r1')).toBe(START);
    expect(readProgress({ getItem: () => '[1]', setItem: () => undefined }, 'r1')).toBe(START);
  });
});

describe('startPosition', () => {
  const at = (position_ms: number) => ({ position_ms, furthest_ms: position_ms });
  it("prefers the link's moment and keeps it inside the recording", () => {
    expect(startPosition(61_000, at(20_000), 120_000)).toEqual({ ms: 61_000, isResumed: false });
    expect(startPosition(900_000, START, 120_000).ms).toBe(119_500);
    expect(startPosition(0, at(20_000), 120_000).ms).toBe(0);
  });
  it('resumes, but not at the very start or end', () => {
    expect(startPosition(null, at(20_000), 120_000)).toEqual({ ms: 20_000, isResumed: true });
    expect(startPosition(null, at(2_000), 120_000).ms).toBe(0);
    expect(startPosition(null, at(118_000), 120_000).ms).toBe(0);
  });
});

it('goes on from another device, and from this one where the server knows nothing', () => {
  const local = { position_ms: 5_000, furthest_ms: 90_000 };
  expect(merged(local, 40_000)).toEqual({ position_ms: 40_000, furthest_ms: 90_000 });
  expect(merged(local, null)).toBe(local);
  expect(merged(START, 40_000)).toEqual({ position_ms: 40_000, furthest_ms: 40_000 });
});
