/**
 * What follows from a debate and the session's clock; server/domain/debate_state.py in the
 * browser's words. Pure: times are passed in, and nothing is decided here, the server does that.
 */
import type {
  DebateFormat,
  DebateView,
  FormatPlace,
  FormatSide,
  FormatSpeech,
  SessionSnapshot,
} from '../../../protocol';

export type Form = DebateFormat;
export type Speech = FormatSpeech;
export type Place = FormatPlace;
export type Side = FormatSide;
export type Text = { en: string; de: string };
export type PeriodKind = Speech['periods'][number]['kind'];
type Session = SessionSnapshot;

const SECOND = 1000;
/** When the format has no bell at the end. */
const END_STROKES = 2;

/** By fingerprint, so that one entry serves every debate held by the same format. */
const FORMS = new Map<string, Form>();

/** What a snapshot or an event brought; it never changes under its key. */
export function keepForms(formats: Record<string, unknown>): void {
  for (const [key, form] of Object.entries(formats)) FORMS.set(key, form as Form);
}

/** The debate's own copy carries every field, defaults too. */
export function formOf(debate: DebateView): Form {
  const form = FORMS.get(debate.format_key);
  if (!form) throw new Error(`No format ${debate.format_key}`);
  return form;
}

export const textOf = (text: Text, language: string): string =>
  language.startsWith('de') ? text.de || text.en : text.en || text.de;

export const seatKey = (side: string, seat: string): string => `${side}:${seat}`;

export const speechesOf = (form: Form): Speech[] => form.phases.flatMap((one) => one.speeches);

export const isBegun = (debate: DebateView): boolean =>
  debate.stage === 'preparing' || debate.stage === 'running';

export const isBehind = (debate: DebateView): boolean =>
  debate.index >= speechesOf(formOf(debate)).length;

/** All has been said. */
export const isOver = (debate: DebateView): boolean =>
  debate.stage === 'ended' || (debate.stage === 'running' && isBehind(debate));

const QUEUES = new Set<Speech['kind']>(['free', 'panel', 'questions']);

/** Whoever's turn it is may speak. */
export const isQueue = (speech: Speech): boolean => QUEUES.has(speech.kind);

/** The speech with another length: what lies in its second half moves with the end. */
export function lasting(speech: Speech, lengthS: number): Speech {
  const shift = lengthS - speech.length_s;
  const moved = (at: number) => (at * 2 > speech.length_s ? at + shift : at);
  return {
    ...speech,
    length_s: lengthS,
    bells: speech.bells.map((bell) => ({ ...bell, at_s: moved(bell.at_s) })),
    periods: speech.periods.map((one) => ({ ...one, from_s: moved(one.from_s) })),
  };
}

/** The present part, as long as extensions have made it. */
export function partOf(debate: DebateView): Speech | null {
  if (debate.stage !== 'running' && debate.stage !== 'ended') return null;
  const speech = speechesOf(formOf(debate))[debate.index];
  if (!speech || debate.extra_ms === 0) return speech ?? null;
  return lasting(speech, Math.max(1, speech.length_s + Math.floor(debate.extra_ms / SECOND)));
}

export const placesOf = (speech: Speech): Place[] =>
  speech.side === null ? [] : [{ side: speech.side, seat: speech.seat }, ...speech.others];

export function atPlace(debate: DebateView, number: number, place: Place): string | null {
  const named = debate.named[String(number)];
  if (named !== undefined) return named;
  return place.seat === null ? null : (debate.seats[seatKey(place.side, place.seat)] ?? null);
}

/** Who the present part belongs to, the one who leads first. */
export function holdersOf(debate: DebateView): string[] {
  const part = partOf(debate);
  if (!part) return [];
  if (isQueue(part)) return debate.turn === null ? [] : [debate.turn];
  const found = placesOf(part).map((place, number) => atPlace(debate, number, place));
  return [...new Set(found.filter((one) => one !== null))];
}

/** Of a speech that is not on yet: who sits on its places. */
export function seatedFor(debate: DebateView, speech: Speech): string[] {
  const found = placesOf(speech).map((place) =>
    place.seat === null ? undefined : debate.seats[seatKey(place.side, place.seat)],
  );
  return [...new Set(found.filter((one) => one !== undefined))];
}

const ONE_HOLDER = (speech: Speech): boolean =>
  !isQueue(speech) && speech.kind !== 'cross' && speech.kind !== 'grand_cross';

/** To whom points of information are put. */
export function speakerOf(debate: DebateView): string | null {
  const part = partOf(debate);
  return part && ONE_HOLDER(part) ? (holdersOf(debate)[0] ?? null) : null;
}

export function sideOf(debate: DebateView, participantId: string | null): string | null {
  if (participantId === null) return null;
  const seat = Object.keys(debate.seats).find((key) => debate.seats[key] === participantId);
  return seat?.slice(0, seat.indexOf(':')) ?? null;
}

export const sideNamed = (form: Form, id: string | null): Side | undefined =>
  form.sides.find((one) => one.id === id);

export function membersOf(debate: DebateView, side: Side): string[] {
  const seated = side.seats.map((seat) => debate.seats[seatKey(side.id, seat.id)]);
  return [...new Set(seated.filter((one) => one !== undefined))];
}

/** The part has the floor: it runs, or was halted. */
export const hasFloor = (debate: DebateView): boolean =>
  debate.stage === 'running' &&
  partOf(debate) !== null &&
  !debate.is_over &&
  (debate.since_ms !== null || debate.used_ms > 0 || debate.halt !== null);

/** The part stands before its start, or is over: what sides may do in between, they may now. */
export const isBetween = (debate: DebateView): boolean =>
  debate.stage === 'running' &&
  !isBehind(debate) &&
  debate.since_ms === null &&
  (debate.is_over || debate.used_ms === 0);

// ---- the clock ---------------------------------------------------------------------------------

export function lengthMs(debate: DebateView): number {
  if (debate.stage === 'preparing') {
    return Math.max(0, formOf(debate).prep_s * SECOND + debate.extra_ms);
  }
  return (partOf(debate)?.length_s ?? 0) * SECOND;
}

export function elapsedMs(debate: DebateView, nowMs: number): number {
  const running = debate.since_ms === null ? 0 : Math.max(0, nowMs - debate.since_ms);
  const grace = debate.stage === 'preparing' ? 0 : formOf(debate).grace_s * SECOND;
  return Math.min(debate.used_ms + running, Math.max(lengthMs(debate) + grace, debate.used_ms));
}

export function periodAt(speech: Speech, second: number): PeriodKind {
  if (second >= speech.length_s) return 'overtime';
  let now: PeriodKind = 'normal';
  for (const period of speech.periods) if (period.from_s <= second) now = period.kind;
  return now;
}

export interface ClockFace {
  elapsedMs: number;
  lengthMs: number;
  /** Negative in overtime. */
  leftMs: number;
  /** 0 to 1, of the length. */
  share: number;
  period: PeriodKind;
  isRunning: boolean;
  /** What is left until the floor closes; null before the end. */
  graceMs: number | null;
}

export function clockFace(debate: DebateView, nowMs: number): ClockFace {
  const elapsed = elapsedMs(debate, nowMs);
  const length = lengthMs(debate);
  const part = partOf(debate);
  const left = length - elapsed;
  const isOver = part !== null && left <= 0;
  return {
    elapsedMs: elapsed,
    lengthMs: length,
    leftMs: left,
    share: length === 0 ? 1 : Math.min(1, elapsed / length),
    period: part ? periodAt(part, elapsed / SECOND) : 'normal',
    isRunning: debate.since_ms !== null,
    graceMs: isOver ? Math.max(0, left + formOf(debate).grace_s * SECOND) : null,
  };
}

/** `2:00` down to `0:00`, a second lasting a second; then `+0:01` and on. */
export function countdown(leftMs: number): string {
  const late = leftMs <= -SECOND;
  const total = late ? Math.floor(-leftMs / SECOND) : Math.max(0, Math.ceil(leftMs / SECOND));
  const minutes = Math.floor(total / 60);
  return `${late ? '+' : ''}${minutes}:${String(total % 60).padStart(2, '0')}`;
}

export interface BellTime {
  atMs: number;
  strokes: number;
}

/** The part's bells by time; the end always rings. */
export function bellTimes(debate: DebateView): BellTime[] {
  const part = partOf(debate);
  if (!part && debate.stage !== 'preparing') return [];
  const length = lengthMs(debate);
  const bells = new Map<number, number>();
  for (const bell of part?.bells ?? []) bells.set(Math.max(0, bell.at_s) * SECOND, bell.strokes);
  if (!bells.has(length)) bells.set(length, END_STROKES);
  return [...bells]
    .filter(([atMs]) => atMs <= length)
    .sort(([a], [b]) => a - b)
    .map(([atMs, strokes]) => ({ atMs, strokes }));
}

// ---- free debate, pools, points ----------------------------------------------------------------

export interface SideTime {
  side: Side;
  usedMs: number;
  shareMs: number;
}

/** How long one of the audience may still speak; null where nothing limits the turn. */
export function turnLeftMs(debate: DebateView, nowMs: number): number | null {
  if (debate.turn === null || debate.turn_end_ms === null) return null;
  return Math.max(0, debate.turn_end_ms - elapsedMs(debate, nowMs));
}

export function turnTimes(debate: DebateView, nowMs: number): SideTime[] {
  const form = formOf(debate);
  const shareMs = lengthMs(debate) / form.sides.length;
  const speaking = sideOf(debate, debate.turn);
  return form.sides.map((side) => {
    const running =
      side.id === speaking && debate.turn_since_ms !== null
        ? Math.max(0, nowMs - debate.turn_since_ms)
        : 0;
    return { side, usedMs: (debate.turn_used[side.id] ?? 0) + running, shareMs };
  });
}

export function poolLeftMs(debate: DebateView, side: string, nowMs: number): number {
  let used = debate.pools[side] ?? 0;
  if (debate.pool_side === side && debate.pool_since_ms !== null) {
    used += Math.max(0, nowMs - debate.pool_since_ms);
  }
  return Math.max(0, formOf(debate).pool_s * SECOND - used);
}

export type PointOffer = 'open' | 'closed' | 'never';

/** May this person offer a point of information: now, not at this moment, or not in this part. */
export function pointOffer(debate: DebateView, participantId: string, nowMs: number): PointOffer {
  const form = formOf(debate);
  const part = partOf(debate);
  const own = sideNamed(form, sideOf(debate, participantId));
  if (!part || !own || debate.stage !== 'running' || !form.poi.allowed) return 'never';
  const speaking = sideNamed(form, sideOf(debate, speakerOf(debate)) ?? part.side);
  if (!speaking || speaking.stance === own.stance) return 'never';
  if (!part.periods.some((period) => period.kind === 'pois')) return 'never';
  if (debate.since_ms === null) return 'closed';
  return clockFace(debate, nowMs).period === 'pois' ? 'open' : 'closed';
}

export function pointLeftMs(debate: DebateView, nowMs: number): number {
  const limit = formOf(debate).poi.limit_s * SECOND;
  if (debate.point_since_ms === null) return limit;
  return Math.max(0, Math.min(limit, limit - (nowMs - debate.point_since_ms)));
}

// ---- people and rooms --------------------------------------------------------------------------

const own = (session: Session) => session.participants.find((one) => one.participant_id === session.me);

export const ownRoom = (session: Session): string => own(session)?.room_id ?? session.room_id;

export const isChair = (session: Session, debate: DebateView): boolean =>
  own(session)?.role === 'facilitator' || debate.chair_id === session.me;

/** The one that goes on in one's room. */
export const debateHere = (session: Session): DebateView | undefined =>
  session.debates.find((one) => one.room_id === ownRoom(session) && isBegun(one));

/** What a person's panel is about: what goes on, else what is to come, else the last one. */
export function debateFor(session: Session): DebateView | undefined {
  const here = session.debates.filter((one) => one.room_id === ownRoom(session));
  return (
    here.find(isBegun) ??
    here.find((one) => one.stage === 'planned') ??
    here.findLast((one) => one.stage === 'ended')
  );
}

/** The debate is worth a place on the page: there is one, or one may plan one. */
export const hasDebateTab = (session: Session): boolean =>
  own(session)?.role === 'facilitator' || debateFor(session) !== undefined;

export type FloorReason = 'yourSpeech' | 'between' | 'others' | 'askTurn' | 'point';

/**
 * Why one's open microphone is not heard: null when it is. Mirrors server/domain/floor.py, where
 * it is enforced.
 */
export function floorReason(session: Session): FloorReason | null {
  const debate = debateHere(session);
  if (!debate || debate.stage !== 'running' || isBehind(debate)) return null;
  if (isChair(session, debate)) return null;
  const part = partOf(debate);
  if (!part) return null;
  const holders = holdersOf(debate);
  if (hasFloor(debate) && (holders.includes(session.me) || debate.point === session.me)) return null;
  if (debate.points.includes(session.me)) return 'point';
  if (isQueue(part) && part.kind === 'free' && hasFloor(debate)) {
    return sideOf(debate, session.me) === null ? 'others' : 'askTurn';
  }
  if (holders.includes(session.me)) return 'between';
  const later = speechesOf(formOf(debate)).slice(debate.index + 1);
  const speaksLater = later.some((speech) => seatedFor(debate, speech).includes(session.me));
  return speaksLater ? 'yourSpeech' : 'others';
}
