/**
 * The provisional player: one mixed audio is the clock, the pictures are separate tracks shown as
 * the cuts say. Everything here is arithmetic on recording time; the view owns the elements.
 */
import type { Cut, Track } from '../../protocol';

export interface Layout {
  readonly main: Track | null;
  readonly inset: Track | null;
}

const EMPTY: Layout = { main: null, inset: null };

/** Behind this a track is moved by a seek, below it by a slightly changed speed. */
export const SEEK_DRIFT_MS = 300;
/** One frame of a 25 fps picture: nobody sees less. */
export const TOLERATED_DRIFT_MS = 40;
/** Pictures are silent, so a changed speed is not heard; more than this much would be seen. */
const NUDGE = 0.06;
const STRONG_NUDGE = 0.2;
const STRONG_FROM_MS = 100;
/** Tracks that come up within this are already loaded and paused at their first frame. */
export const WARM_UP_MS = 8_000;

function covers(span: { start_ms: number; end_ms: number }, atMs: number): boolean {
  return span.start_ms <= atMs && atMs < span.end_ms;
}

export function layoutAt(
  cuts: readonly Cut[],
  tracks: readonly Track[],
  atMs: number,
): Layout {
  // The last cut also covers the very end, so the final frame stays when playback stops there.
  const last = cuts.at(-1);
  const cut =
    cuts.find((each) => covers(each, atMs)) ??
    (last !== undefined && atMs >= last.end_ms ? last : undefined);
  if (cut === undefined) return EMPTY;
  const track = (id: string | null): Track | null =>
    id === null ? null : (tracks.find((each) => each.track_id === id) ?? null);
  const main = track(cut.main_track_id);
  const inset = track(cut.inset_track_id);
  // A cut may name only a small picture: it then has the room to itself.
  return main === null ? { main: inset, inset: null } : { main, inset };
}

/** Pictures to keep loaded at `atMs`: those shown, and those the next cuts bring. */
export function tracksToLoad(
  cuts: readonly Cut[],
  tracks: readonly Track[],
  atMs: number,
  aheadMs: number = WARM_UP_MS,
): Track[] {
  const wanted = new Set<string>();
  const now = layoutAt(cuts, tracks, atMs);
  if (now.main) wanted.add(now.main.track_id);
  if (now.inset) wanted.add(now.inset.track_id);
  for (const cut of cuts) {
    if (cut.end_ms <= atMs || cut.start_ms > atMs + aheadMs) continue;
    if (cut.main_track_id !== null) wanted.add(cut.main_track_id);
    if (cut.inset_track_id !== null) wanted.add(cut.inset_track_id);
  }
  return tracks.filter((track) => track.kind !== 'audio_mix' && wanted.has(track.track_id));
}

/** Seconds inside the track's own file at recording time `atMs`. */
export function trackTime(track: Track, atMs: number): number {
  const inside = Math.min(Math.max(atMs, track.start_ms), track.end_ms);
  return (inside - track.start_ms) / 1000;
}

export type Correction =
  | { readonly kind: 'none'; readonly rate: number }
  | { readonly kind: 'nudge'; readonly rate: number }
  | { readonly kind: 'seek'; readonly to_s: number; readonly rate: number };

/**
 * How to bring a picture at `pictureS` to the audio clock. Seeking is visible (a decoder restarts
 * at a keyframe), so small drift is worn off by playing a little faster or slower.
 */
export function correct(
  track: Track,
  clockMs: number,
  pictureS: number,
  rate: number,
  isPaused: boolean,
): Correction {
  const target = trackTime(track, clockMs);
  const driftMs = (target - pictureS) * 1000;
  const size = Math.abs(driftMs);
  if (size > SEEK_DRIFT_MS || (isPaused && size > TOLERATED_DRIFT_MS)) {
    return { kind: 'seek', to_s: target, rate };
  }
  if (size > TOLERATED_DRIFT_MS) {
    const nudge = size > STRONG_FROM_MS ? STRONG_NUDGE : NUDGE;
    return { kind: 'nudge', rate: rate * (driftMs > 0 ? 1 + nudge : 1 - nudge) };
  }
  return { kind: 'none', rate };
}
