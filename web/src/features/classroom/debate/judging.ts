/** Ballots and sheets: what a result says, and what a sheet may hold before it is handed in. */
import type { DebateView } from '../../../protocol';
import type { DebateResult } from '../../../ui/debate';
import { formOf, seatKey, speechesOf } from './model';

export const resultOf = (debate: DebateView): DebateResult | null =>
  debate.result as unknown as DebateResult | null;

export interface Range {
  low: number;
  high: number;
  step: number;
}

export const isInRange = (range: Range, value: number): boolean => {
  const steps = (value - range.low) / range.step;
  return value >= range.low && value <= range.high && Math.abs(steps - Math.round(steps)) < 1e-6;
};

export interface SheetLine {
  key: string;
  side: string;
  /** null: points of a reply speech */
  seat: string | null;
  participantId: string | null;
  criterion: string | null;
  replyId: string | null;
  range: Range;
}

/** What a sheet holds; empty seats get no points. */
export function sheetLines(debate: DebateView): SheetLine[] {
  const form = formOf(debate);
  const { speaker, reply, criteria } = form.scoring;
  const lines: SheetLine[] = [];
  for (const side of form.sides) {
    for (const seat of side.seats) {
      const key = seatKey(side.id, seat.id);
      const participantId = debate.seats[key];
      if (participantId === undefined) continue;
      const line = { side: side.id, seat: seat.id, participantId, replyId: null };
      if (speaker) lines.push({ ...line, key, criterion: null, range: speaker });
      for (const one of criteria) {
        lines.push({ ...line, key: `${key}:${one.id}`, criterion: one.id, range: one.range });
      }
    }
    if (!reply) continue;
    for (const speech of speechesOf(form)) {
      if (speech.kind !== 'reply' || speech.side !== side.id) continue;
      lines.push({
        key: `reply:${speech.id}`,
        side: side.id,
        seat: null,
        participantId: null,
        criterion: null,
        replyId: speech.id,
        range: reply,
      });
    }
  }
  return lines;
}

export interface SheetCheck {
  lines: Record<string, 'missing' | 'range'>;
  sides: 'ranks' | 'tied' | 'lowPoints' | null;
  totals: Record<string, number>;
}

/** The server's checks, so that a mistake shows while it is made. */
export function checkSheet(
  debate: DebateView,
  points: Record<string, number | null>,
  ranks: Record<string, number | null>,
): SheetCheck {
  const form = formOf(debate);
  const lines: SheetCheck['lines'] = {};
  const totals = Object.fromEntries(form.sides.map((side) => [side.id, 0]));
  for (const line of sheetLines(debate)) {
    const value = points[line.key] ?? null;
    if (value === null) lines[line.key] = 'missing';
    else if (!isInRange(line.range, value)) lines[line.key] = 'range';
    else totals[line.side] = (totals[line.side] ?? 0) + value;
  }
  return { lines, totals, sides: checkRanks(debate, ranks, totals, Object.keys(points).length > 0) };
}

function checkRanks(
  debate: DebateView,
  ranks: Record<string, number | null>,
  totals: Record<string, number>,
  hasPoints: boolean,
): SheetCheck['sides'] {
  const { sides, scoring } = formOf(debate);
  if (scoring.teams === 'none') return null;
  const given = sides.map((side) => ranks[side.id] ?? null);
  const places = given.filter((one) => one !== null).sort((a, b) => a - b);
  if (places.length < sides.length) return 'ranks';
  // 1, 1, 3: who shares a place takes the next one's away.
  if (places.some((place) => place !== places.indexOf(place) + 1)) return 'ranks';
  if (new Set(places).size < places.length && !scoring.can_tie) return 'tied';
  if (scoring.can_low_point_win || !hasPoints) return null;
  const total = (id: string) => totals[id] ?? 0;
  const isUpset = sides.some((better) =>
    sides.some(
      (worse) =>
        (ranks[better.id] ?? 0) < (ranks[worse.id] ?? 0) && total(better.id) < total(worse.id),
    ),
  );
  return isUpset ? 'lowPoints' : null;
}

/** Sheets may be wanted at all: there is something to score. */
export function isScored(debate: DebateView): boolean {
  const { scoring } = formOf(debate);
  return scoring.teams !== 'none' || sheetLines(debate).length > 0;
}
