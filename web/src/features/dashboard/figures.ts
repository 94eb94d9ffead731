/** What the board shows, worked out of what the server counted. */
import type { Dashboard, DashboardMinute, DashboardPerson } from '../../protocol';

export interface Figures {
  people: number;
  here: number;
  silent: number;
  lost: number;
}

/** Observers are named in the tables and counted nowhere. */
const takesPart = (one: DashboardPerson): boolean => one.role !== 'observer';
const RANKS = ['learner', 'facilitator', 'observer'];

export const figuresOf = (board: Dashboard): Figures => ({
  people: board.people.filter(takesPart).length,
  here: board.people.filter((one) => one.is_here && takesPart(one)).length,
  silent: board.people.filter((one) => one.is_silent).length,
  lost: board.confusion.reduce((sum, one) => sum + one.count, 0),
});

/** Learners first, whoever spoke least on top: whom to turn to next. */
export const inOrder = (people: DashboardPerson[]): DashboardPerson[] =>
  [...people].sort(
    (a, b) =>
      RANKS.indexOf(a.role) - RANKS.indexOf(b.role) ||
      a.talked_ms - b.talked_ms ||
      a.name.localeCompare(b.name),
  );

const MINUTE_MS = 60_000;
const MOST = 240;

/** Every minute of the class, those without a tap too. */
export function minutesOf(board: Dashboard): DashboardMinute[] {
  if (board.started_at_ms === null) return [];
  const first = Math.floor(board.started_at_ms / MINUTE_MS);
  const last = Math.floor((board.ended_at_ms ?? board.now_ms) / MINUTE_MS);
  const counts = new Map(board.confusion.map((one) => [one.minute, one.count]));
  const from = Math.max(first, last - MOST + 1);
  return Array.from({ length: last - from + 1 }, (_, index) => ({
    minute: from - first + index,
    count: counts.get(from + index) ?? 0,
  }));
}

/** Wall time of a moment of the session; null where the log does not know. */
export const wallTime = (board: Dashboard, atMs: number): number | null =>
  board.first_at === null ? null : new Date(board.first_at).getTime() + atMs;

export const heldMinutes = (board: Dashboard): number =>
  board.started_at_ms === null
    ? 0
    : Math.round(((board.ended_at_ms ?? board.now_ms) - board.started_at_ms) / MINUTE_MS);
