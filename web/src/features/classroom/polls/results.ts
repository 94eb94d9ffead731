/** What a poll's numbers say, by kind; `server/domain/poll_result.py` says what they count. */
import { formatNumber } from '../../../i18n';
import type { PollView } from '../../../protocol';

export interface Row {
  label: string;
  /** 0…1, the length of the bar. */
  share: number;
  count: number;
  isRight: boolean;
}

export interface Figures {
  mean: number;
  median: number;
}

const isKey = (poll: PollView, at: number): boolean =>
  poll.key === at || (poll.kind === 'multiple' && inRight(poll, at));

const inRight = (poll: PollView, at: number): boolean =>
  Array.isArray(poll.right) && poll.right.some((one) => one === at);

const sum = (values: number[]): number => values.reduce((all, one) => all + one, 0);

/** Of single choice, multiple choice and true or false; shares are of the people who answered. */
export function optionRows(poll: PollView): Row[] {
  const tally = poll.tally ?? [];
  const people = poll.kind === 'multiple' ? poll.voted_count : sum(tally);
  return poll.options.map((label, at) => ({
    label,
    count: tally[at] ?? 0,
    share: people > 0 ? Math.min(1, (tally[at] ?? 0) / people) : 0,
    isRight: isKey(poll, at),
  }));
}

/** Of a poll between options, the one that most chose; none while that is hidden or undecided. */
export function leadingRow(poll: PollView): Row | null {
  if (poll.tally === null || !['single', 'multiple', 'true_false'].includes(poll.kind)) return null;
  const [first, second] = optionRows(poll).sort((one, other) => other.count - one.count);
  return first === undefined || first.count === 0 || first.count === second?.count ? null : first;
}

export const pointsOf = (poll: PollView): number[] => {
  const [low = 1, high = 5] = poll.scale ?? [];
  return Array.from({ length: high - low + 1 }, (_, at) => low + at);
};

/** `1 · Not at all`, `2`, … */
export function pointLabel(poll: PollView, point: number): string {
  const [low = 1, high = 5] = poll.scale ?? [];
  const word = point === low ? poll.labels[0] : point === high ? poll.labels[1] : undefined;
  return word ? `${point} · ${word}` : String(point);
}

export function ratingRows(poll: PollView): Row[] {
  const tally = poll.tally ?? [];
  const people = sum(tally);
  return pointsOf(poll).map((point, at) => ({
    label: pointLabel(poll, point),
    count: tally[at] ?? 0,
    share: people > 0 ? (tally[at] ?? 0) / people : 0,
    isRight: false,
  }));
}

/** Every value and how many gave it, rising. */
export function valuesOf(poll: PollView): [number, number][] {
  const tally = poll.tally ?? [];
  const values =
    poll.kind === 'rating' ? pointsOf(poll) : poll.entries.map((entry) => Number(entry));
  return values.map((value, at) => [value, tally[at] ?? 0]);
}

export function figuresOf(poll: PollView): Figures | null {
  const values = valuesOf(poll);
  const people = sum(values.map(([, count]) => count));
  if (people === 0) return null;
  const mean = sum(values.map(([value, count]) => value * count)) / people;
  const at = (index: number): number => {
    let passed = 0;
    for (const [value, count] of values) {
      passed += count;
      if (index < passed) return value;
    }
    return Number.NaN;
  };
  const median = (at(Math.floor((people - 1) / 2)) + at(Math.floor(people / 2))) / 2;
  return { mean, median };
}

const MOST_BINS = 8;
/** Round widths, so that steps begin at numbers one can read. */
const STEPS = [1, 2, 5, 10];

export const numberText = (value: number): string => formatNumber(Number(value.toPrecision(8)));

/** The distribution of numbers: each of them while they are few, else steps of equal width. */
export function histogram(poll: PollView): Row[] {
  const values = valuesOf(poll).filter(([, count]) => count > 0);
  const people = sum(values.map(([, count]) => count));
  const right = typeof poll.right === 'number' ? poll.right : null;
  const isRight = (from: number, to: number): boolean =>
    right !== null && from <= right + poll.tolerance && to >= right - poll.tolerance;
  if (values.length <= MOST_BINS) {
    return values.map(([value, count]) => ({
      label: numberText(value),
      count,
      share: count / people,
      isRight: isRight(value, value),
    }));
  }
  const low = values[0]?.[0] ?? 0;
  const high = values.at(-1)?.[0] ?? 0;
  const raw = (high - low) / MOST_BINS;
  const power = 10 ** Math.floor(Math.log10(raw));
  const width = (STEPS.find((step) => step * power >= raw) ?? 10) * power;
  const start = Math.floor(low / width) * width;
  const bins = Array.from({ length: Math.floor((high - start) / width) + 1 }, () => 0);
  for (const [value, count] of values) {
    const bin = Math.min(bins.length - 1, Math.floor((value - start) / width));
    bins[bin] = (bins[bin] ?? 0) + count;
  }
  return bins.map((count, at) => {
    const from = start + at * width;
    return {
      label: `${numberText(from)} – ${numberText(from + width)}`,
      count,
      share: count / people,
      isRight: isRight(from, from + width - Number.EPSILON),
    };
  });
}

export interface RankRow extends Row {
  meanPlace: number;
  points: number;
}

/** Best first, by mean place. The bar is the share of the most points there could be. */
export function rankRows(poll: PollView): RankRow[] {
  const size = poll.options.length;
  const tally = poll.tally ?? [];
  const people = size > 0 ? sum(tally) / size : 0;
  const rows = poll.options.map((label, option) => {
    const places = tally.slice(option * size, (option + 1) * size);
    const points = sum(places.map((count, place) => count * (size - 1 - place)));
    return {
      label,
      count: points,
      points,
      share: people > 0 ? points / (people * (size - 1)) : 0,
      meanPlace: people > 0 ? sum(places.map((count, place) => count * (place + 1))) / people : 0,
      isRight: false,
    };
  });
  return rows.sort((a, b) => a.meanPlace - b.meanPlace || a.label.localeCompare(b.label));
}

export interface MatchRow {
  option: string;
  cells: Row[];
}

/** For every option its targets, the most chosen first. */
export function matchRows(poll: PollView): MatchRow[] {
  const size = poll.targets.length;
  const tally = poll.tally ?? [];
  return poll.options.map((option, row) => {
    const counts = tally.slice(row * size, (row + 1) * size);
    const people = sum(counts);
    const right = Array.isArray(poll.right) ? poll.right[row] : null;
    const cells = poll.targets.map((label, at) => ({
      label,
      count: counts[at] ?? 0,
      share: people > 0 ? (counts[at] ?? 0) / people : 0,
      isRight: right === at,
    }));
    return {
      option,
      cells: cells
        .filter((cell) => cell.count > 0 || cell.isRight)
        .sort((a, b) => b.count - a.count),
    };
  });
}

/** Share of all pairs that are right; null without a key or answers. */
export function pairsRight(poll: PollView): number | null {
  if (!Array.isArray(poll.right)) return null;
  const cells = matchRows(poll).flatMap((row) => row.cells);
  const all = sum(cells.map((cell) => cell.count));
  if (all === 0) return null;
  return sum(cells.filter((cell) => cell.isRight).map((cell) => cell.count)) / all;
}

export interface CloudWord {
  text: string;
  count: number;
  /** 1…2.2, of the normal size of letters. */
  size: number;
}

export function cloudOf(poll: PollView): CloudWord[] {
  const tally = poll.tally ?? [];
  const most = Math.max(1, ...tally);
  return poll.entries.map((text, at) => {
    const count = tally[at] ?? 0;
    // The area grows with the count, so the height of letters with its root.
    return {
      text,
      count,
      size: 1 + 1.2 * Math.sqrt((count - 1) / Math.max(1, most - 1)),
    };
  });
}

/** Whether one's own answer is right; null where nobody can say. */
export function ownIsRight(poll: PollView): boolean | null {
  if (poll.key !== null && poll.own_vote !== null) return poll.own_vote === poll.key;
  if (poll.right === null || poll.own_answer === null) return null;
  if (typeof poll.right === 'number' && typeof poll.own_answer === 'number') {
    return Math.abs(poll.own_answer - poll.right) <= poll.tolerance + 1e-9;
  }
  return JSON.stringify(poll.own_answer) === JSON.stringify(poll.right);
}
