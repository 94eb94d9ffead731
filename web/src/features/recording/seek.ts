/** The seek bar's geometry: where pointers, chapters, gaps and marks fall between 0 and 1. */
import { clamp } from '../../ui/media/time';
import type { Chapter, Gap } from '../../protocol';

export interface BarChapter {
  readonly chapter: Chapter | null;
  /** Fractions of the bar. */
  readonly from: number;
  readonly to: number;
}

export function fractionOf(ms: number, durationMs: number): number {
  return durationMs > 0 ? clamp(ms / durationMs, 0, 1) : 0;
}

export function timeAt(
  clientX: number,
  bar: { readonly left: number; readonly width: number },
  durationMs: number,
): number {
  if (bar.width <= 0) return 0;
  return Math.round(clamp((clientX - bar.left) / bar.width, 0, 1) * durationMs);
}

/** The bar cut at chapter starts; one piece without a chapter when there are none. */
export function barChapters(chapters: readonly Chapter[], durationMs: number): BarChapter[] {
  const inside = chapters.filter((chapter) => chapter.start_ms < durationMs);
  const first = inside[0];
  if (first === undefined || durationMs <= 0) return [{ chapter: null, from: 0, to: 1 }];
  const pieces: BarChapter[] = [];
  if (first.start_ms > 0) {
    pieces.push({ chapter: null, from: 0, to: fractionOf(first.start_ms, durationMs) });
  }
  inside.forEach((chapter, index) => {
    const next = inside[index + 1]?.start_ms ?? durationMs;
    pieces.push({
      chapter,
      from: fractionOf(chapter.start_ms, durationMs),
      to: fractionOf(next, durationMs),
    });
  });
  return pieces;
}

/** How much of a piece of the bar lies before `fraction`, 0…1. */
export function filled(piece: { from: number; to: number }, fraction: number): number {
  const width = piece.to - piece.from;
  return width <= 0 ? 0 : clamp((fraction - piece.from) / width, 0, 1);
}

/** Start of the chapter `step` away. Back within 3 s of a start goes one further, as players do. */
export function neighbourChapter(
  chapters: readonly Chapter[],
  atMs: number,
  step: 1 | -1,
): number | null {
  const starts = chapters.map((chapter) => chapter.start_ms);
  if (step === 1) return starts.find((start) => start > atMs + 250) ?? null;
  return starts.filter((start) => start < atMs - 3_000).at(-1) ?? (starts.length > 0 ? 0 : null);
}

/** Gaps whose place is close enough to `atMs` to be announced while passing it. */
export function gapAt(gaps: readonly Gap[], atMs: number, withinMs = 2_500): Gap | null {
  return gaps.find((gap) => atMs >= gap.at_ms && atMs < gap.at_ms + withinMs) ?? null;
}

/** Chapters reached so far; the furthest point counts, not the present one. */
export function chaptersReached(chapters: readonly Chapter[], furthestMs: number): number {
  return chapters.filter((chapter) => chapter.start_ms <= furthestMs).length;
}
