import { describe, expect, it } from 'vitest';
import { correct, layoutAt, trackTime, tracksToLoad } from './cuts';
import type { Cut, Track } from '../../protocol';

function track(id: string, start_ms: number, end_ms: number, kind: Track['kind'] = 'camera'): Track {
  return { track_id: id, participant_id: `p-${id}`, kind, url: `/${id}.webm`, start_ms, end_ms };
}

const amara = track('amara', 0, 60_000);
const slides = track('slides', 10_000, 40_000, 'screen');
const leo = track('leo', 30_000, 60_000);
const mix = track('mix', 0, 60_000, 'audio_mix');
const tracks = [amara, slides, leo, mix];
const cuts: Cut[] = [
  { start_ms: 0, end_ms: 10_000, main_track_id: 'amara', inset_track_id: null },
  { start_ms: 10_000, end_ms: 40_000, main_track_id: 'slides', inset_track_id: 'amara' },
  { start_ms: 40_000, end_ms: 50_000, main_track_id: null, inset_track_id: 'leo' },
  { start_ms: 50_000, end_ms: 60_000, main_track_id: null, inset_track_id: null },
];

describe('layoutAt', () => {
  it('switches exactly at the cut', () => {
    expect(layoutAt(cuts, tracks, 9_999)).toEqual({ main: amara, inset: null });
    expect(layoutAt(cuts, tracks, 10_000)).toEqual({ main: slides, inset: amara });
  });
  it('gives a lone small picture the whole frame', () => {
    expect(layoutAt(cuts, tracks, 45_000)).toEqual({ main: leo, inset: null });
  });
  it('shows nothing where nothing was on', () => {
    expect(layoutAt(cuts, tracks, 55_000)).toEqual({ main: null, inset: null });
    expect(layoutAt([], tracks, 0)).toEqual({ main: null, inset: null });
  });
  it('keeps the last layout at and past the end', () => {
    expect(layoutAt(cuts.slice(0, 2), tracks, 40_000).main).toBe(slides);
  });
  it('ignores a track that is not in the list', () => {
    const unknown: Cut[] = [
      { start_ms: 0, end_ms: 1, main_track_id: 'gone', inset_track_id: 'leo' },
    ];
    expect(layoutAt(unknown, tracks, 0)).toEqual({ main: leo, inset: null });
  });
});

describe('tracksToLoad', () => {
  it('warms up what comes next and lets go of what is over', () => {
    expect(tracksToLoad(cuts, tracks, 5_000, 8_000)).toEqual([amara, slides]);
    expect(tracksToLoad(cuts, tracks, 1_000, 8_000)).toEqual([amara]);
    expect(tracksToLoad(cuts, tracks, 42_000, 1_000)).toEqual([leo]);
  });
});

describe('correct', () => {
  it("maps recording time into the track's own file", () => {
    expect(trackTime(slides, 12_500)).toBe(2.5);
    expect(trackTime(slides, 0)).toBe(0);
    expect(trackTime(slides, 99_000)).toBe(30);
  });
  it('leaves a picture within a frame alone', () => {
    expect(correct(slides, 12_500, 2.48, 1, false)).toEqual({ kind: 'none', rate: 1 });
  });
  it('wears small drift off by speed, in the direction that helps', () => {
    expect(correct(slides, 12_500, 2.42, 1, false)).toEqual({ kind: 'nudge', rate: 1.06 });
    expect(correct(slides, 12_500, 2.58, 2, false).rate).toBeCloseTo(1.88);
    expect(correct(slides, 12_500, 2.3, 1, false).rate).toBeCloseTo(1.2);
  });
  it('seeks when far off, and for any visible drift while paused', () => {
    expect(correct(slides, 12_500, 9, 1, false)).toEqual({ kind: 'seek', to_s: 2.5, rate: 1 });
    expect(correct(slides, 12_500, 2.4, 1, true)).toEqual({ kind: 'seek', to_s: 2.5, rate: 1 });
  });
});
