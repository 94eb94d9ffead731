/** Where a class stands in its agenda. Times are session time. */
import type { ActivityView, AgendaView } from '../../protocol';

export const MINUTE_MS = 60_000;

export const plannedMs = (one: ActivityView): number => (one.minutes + one.extra_min) * MINUTE_MS;

/** What goes on, if anything does. */
export function currentOf(agenda: AgendaView): ActivityView | null {
  const last = agenda.runs.at(-1);
  if (!last || last.to_ms !== null) return null;
  return agenda.activities.find((one) => one.activity_id === last.activity_id) ?? null;
}

/** An activity that was gone back to goes on counting. */
export function usedMs(agenda: AgendaView, activityId: string, nowMs: number): number {
  return agenda.runs
    .filter((run) => run.activity_id === activityId)
    .reduce((sum, run) => sum + Math.max(0, (run.to_ms ?? nowMs) - run.from_ms), 0);
}

/** Negative: over time. */
export const leftMs = (agenda: AgendaView, one: ActivityView, nowMs: number): number =>
  plannedMs(one) - usedMs(agenda, one.activity_id, nowMs);

/** What a clock shows of it: a second that has begun to run down is still there. */
export const clockMs = (left: number): number =>
  left < 0 ? -left : Math.ceil(left / 1000) * 1000;

/** Of what goes on or went on last; -1 before anything has. */
export function placeOf(agenda: AgendaView): number {
  const last = agenda.runs.at(-1)?.activity_id;
  return agenda.activities.findIndex((one) => one.activity_id === last);
}

export const hasBegun = (agenda: AgendaView, activityId: string): boolean =>
  agenda.runs.some((run) => run.activity_id === activityId);

export const hasNext = (agenda: AgendaView): boolean =>
  agenda.activities.length > 0 &&
  (currentOf(agenda) !== null || placeOf(agenda) + 1 < agenda.activities.length);

export const hasPrevious = (agenda: AgendaView): boolean =>
  placeOf(agenda) - (currentOf(agenda) === null ? 0 : 1) >= 0;

/** The list with one entry somewhere else; out of bounds changes nothing. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  if (from === to || from < 0 || to < 0 || from >= list.length || to >= list.length) return next;
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}
