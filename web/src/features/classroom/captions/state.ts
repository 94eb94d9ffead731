/** Live captions on this page: what is wanted, how they stand, and what has been said so far. */
import type { CaptionLine, CaptionState, CaptionStatus } from '../../../protocol';

export const SIZES = ['small', 'medium', 'large'] as const;
export type CaptionSize = (typeof SIZES)[number];

export interface CaptionSettings {
  /** Remembered by this browser, for every class. */
  wants: boolean;
  size: CaptionSize;
  /** Sentences that stand are read out by a screen reader. */
  isSpoken: boolean;
}

export interface ShownLine extends CaptionLine {
  /** `performance.now()` when it last changed here. */
  seenAt: number;
}

export interface CaptionsView extends CaptionSettings {
  /** null: the server has not said yet. */
  state: CaptionState | null;
  language: string;
  retryS: number | null;
  /** Of this class since captions were on, by when they were said. */
  lines: ShownLine[];
}

const MOST_LINES = 500;
const DELAYS_LOOKED_AT = 5;
const MOST_AT_ONCE = 3;
/** How long words stay under the stage once nothing follows. */
export const STAY_MS = 9000;
const STORAGE_KEY = 'reprise-captions';
const DEFAULTS: CaptionSettings = { wants: false, size: 'medium', isSpoken: false };

export function rememberedCaptions(): CaptionSettings {
  try {
    const stored = JSON.parse(
      window.localStorage.getItem(STORAGE_KEY) ?? '{}',
    ) as Partial<CaptionSettings> | null;
    return {
      wants: stored?.wants === true,
      size: SIZES.find((size) => size === stored?.size) ?? DEFAULTS.size,
      isSpoken: stored?.isSpoken === true,
    };
  } catch {
    return DEFAULTS;
  }
}

export function rememberCaptions({ wants, size, isSpoken }: CaptionSettings): void {
  try {
    window.localStorage.setItem(STORAGE_KEY, JSON.stringify({ wants, size, isSpoken }));
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

export const newCaptions = (): CaptionsView => ({
  ...rememberedCaptions(),
  state: null,
  language: 'en',
  retryS: null,
  lines: [],
});

/** A line takes the place of an earlier one of the same id; an empty one takes it away. */
export function withLine(view: CaptionsView, line: CaptionLine, now: number): CaptionsView {
  const others = view.lines.filter((one) => one.line_id !== line.line_id);
  if (line.text === '') return { ...view, lines: others };
  const after = others.findLastIndex((one) => one.at_ms <= line.at_ms) + 1;
  const lines = others.toSpliced(after, 0, { ...line, seenAt: now });
  return { ...view, lines: lines.slice(-MOST_LINES) };
}

const READS: CaptionState[] = ['on', 'fewer'];

/** What was provisional when captions stopped will not be completed. */
export function withStatus(view: CaptionsView, status: CaptionStatus): CaptionsView {
  const { state, language, retry_s: retryS } = status;
  const lines = READS.includes(state) ? view.lines : view.lines.filter((one) => one.is_final);
  return { ...view, state, language, retryS, lines };
}

/** What stands under the stage now, oldest first. */
export function shownLines(lines: readonly ShownLine[], now: number): ShownLine[] {
  return lines.slice(-MOST_AT_ONCE).filter((one) => now - one.seenAt < STAY_MS);
}

/** The delay of late, in ms: the middle one of the last few lines; null before the first. */
export function delayOf(lines: readonly ShownLine[], rttMs: number | null): number | null {
  const delays = lines.slice(-DELAYS_LOOKED_AT).map((one) => one.delay_ms);
  const middle = delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)];
  return middle === undefined ? null : middle + (rttMs ?? 0) / 2;
}
