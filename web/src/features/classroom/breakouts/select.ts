/** Questions the rooms' panels ask of the state; pure. */
import type {
  BreakoutRoomView,
  BreakoutsView,
  ParticipantView,
  SessionSnapshot,
} from '../../../protocol';
import { isLearner } from '../selectors';

export type RoomTime =
  | { kind: 'closing' | 'left'; ms: number; isUrgent: boolean }
  | { kind: 'open'; ms: number };

export const WARN_MS = 60_000;

const isHere = (one: ParticipantView): boolean =>
  one.presence === 'present' || one.presence === 'away';

export const areOpen = (breakouts: BreakoutsView | null): breakouts is BreakoutsView =>
  breakouts?.state === 'open' || breakouts?.state === 'closing';

export const ownRoom = (session: SessionSnapshot): BreakoutRoomView | null =>
  session.breakouts?.rooms.find((room) => room.room_id === session.room_id) ?? null;

/** Where one belongs, wherever one is. */
export const homeRoom = (session: SessionSnapshot): BreakoutRoomView | null =>
  session.breakouts?.rooms.find((room) => room.participant_ids.includes(session.me)) ?? null;

const byName = (a: ParticipantView, b: ParticipantView): number =>
  a.name.localeCompare(b.name) || a.participant_id.localeCompare(b.participant_id);

/** Who is in a room now. */
export const peopleIn = (session: SessionSnapshot, roomId: string): ParticipantView[] =>
  session.participants.filter((one) => isHere(one) && one.room_id === roomId).sort(byName);

/** Who belongs to a room, here or not. */
export function membersOf(session: SessionSnapshot, room: BreakoutRoomView): ParticipantView[] {
  return room.participant_ids
    .flatMap((id) => session.participants.find((one) => one.participant_id === id) ?? [])
    .sort(byName);
}

/** Learners who are here and belong to no room. */
export function unassigned(session: SessionSnapshot): ParticipantView[] {
  const placed = new Set(session.breakouts?.rooms.flatMap((room) => room.participant_ids));
  return session.participants
    .filter((one) => isHere(one) && isLearner(one) && !placed.has(one.participant_id))
    .sort(byName);
}

export function timeOf(breakouts: BreakoutsView, nowMs: number): RoomTime {
  if (breakouts.state === 'closing' && breakouts.closes_at_ms !== null) {
    return { kind: 'closing', ms: Math.max(0, breakouts.closes_at_ms - nowMs), isUrgent: true };
  }
  if (breakouts.ends_at_ms !== null) {
    const ms = Math.max(0, breakouts.ends_at_ms - nowMs);
    return { kind: 'left', ms, isUrgent: ms <= WARN_MS };
  }
  return { kind: 'open', ms: Math.max(0, nowMs - (breakouts.opened_at_ms ?? nowMs)) };
}

export const mayChoose = (session: SessionSnapshot, room: BreakoutRoomView): boolean => {
  const { breakouts } = session;
  if (!areOpen(breakouts)) return false;
  const own = session.participants.find((one) => one.participant_id === session.me);
  if (own?.role === 'observer') return false;
  const home = homeRoom(session);
  if (home?.room_id === room.room_id) return true;
  const isAllowed = breakouts.may_choose || (home === null && breakouts.late === 'choose');
  const size = breakouts.room_size;
  return isAllowed && (size === null || room.participant_ids.length < size);
};

/** Names for `count` rooms, those given first. */
export const roomNames = (given: string[], count: number, name: (n: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => given[index] ?? name(index + 1));
