import type { LockKind, ParticipantView, PollView } from '../../protocol';
import type { ClassroomState } from './state';

type People = ParticipantView[];

/** Worked out once for a roster, however many tiles and rows ask. */
function ofRoster<T>(make: (people: People) => T): (state: ClassroomState) => T {
  const kept = new WeakMap<People, T>();
  return ({ participants }) => {
    const known = kept.get(participants);
    if (known !== undefined) return known;
    const made = make(participants);
    kept.set(participants, made);
    return made;
  };
}

const byId = ofRoster((people) => new Map(people.map((one) => [one.participant_id, one])));

export const personOf = (state: ClassroomState, id: string | null): ParticipantView | undefined =>
  id === null ? undefined : byId(state).get(id);

export const me = (state: ClassroomState): ParticipantView | undefined => personOf(state, state.me);

export const isFacilitator = (state: ClassroomState): boolean => me(state)?.role === 'facilitator';

/** Watches and takes no part: whatever a class does with its people is done without them. */
export const isObserver = (state: ClassroomState): boolean => me(state)?.role === 'observer';

/** Somebody who is taught: a stream has a learner's rights and is none. */
export const isLearner = (one: ParticipantView): boolean =>
  one.role === 'learner' && !one.is_stream;

export const takesPart = (one: ParticipantView): boolean => one.role !== 'observer';

const RANKS = ['facilitator', 'learner', 'observer'];

export const isHere = (one: ParticipantView): boolean =>
  one.presence === 'present' || one.presence === 'away';

// Making one costs more than a thousand comparisons.
const { compare } = new Intl.Collator();

/** By role, facilitators first, then by name: an order that does not jump as people speak. */
export const peopleHere = ofRoster((people): People =>
  people.filter(isHere).sort((a, b) => {
    if (a.role !== b.role) return RANKS.indexOf(a.role) - RANKS.indexOf(b.role);
    return compare(a.name, b.name) || (a.participant_id < b.participant_id ? -1 : 1);
  }),
);

const inRooms = ofRoster(() => new Map<string, People>());

/** Who takes part in the same room as oneself: whom one can see and hear. */
export function peopleInRoom(state: ClassroomState): People {
  const rooms = inRooms(state);
  const known = rooms.get(state.room_id);
  if (known) return known;
  const made = peopleHere(state).filter(
    (one) => one.room_id === state.room_id && takesPart(one),
  );
  rooms.set(state.room_id, made);
  return made;
}

export const waiting = ofRoster((people): People =>
  people.filter((one) => one.presence === 'waiting'),
);

export const bannedFrom = ofRoster((people): People =>
  people.filter((one) => one.presence === 'removed' || one.presence === 'denied'),
);

/** In the order in which they are called: as raised, or least heard first (HA4). */
export function raisedHands(state: ClassroomState): ParticipantView[] {
  const people = state.hands.flatMap((id) => personOf(state, id) ?? []);
  if (state.hand_order === 'fifo') return people;
  return people.sort(
    (a, b) =>
      a.hand_talked_ms - b.hand_talked_ms ||
      (a.hand_raised_at_ms ?? 0) - (b.hand_raised_at_ms ?? 0),
  );
}

const GRACE_MS = 20_000;

/** No facilitator leads the class, and what waits for one waits (LK4). */
export function isUnattended(state: ClassroomState, nowMs: number): boolean {
  const since = state.unattended_since_ms;
  if (since === null || !state.locks.includes('unattended')) return false;
  const isAwaited = state.participants.some(
    (one) => one.role === 'facilitator' && one.presence === 'away',
  );
  return !isAwaited || nowMs - since >= GRACE_MS;
}

/** Whether a lock keeps oneself from it; the server decides the same. */
export const isLocked = (state: ClassroomState, lock: LockKind): boolean =>
  !isFacilitator(state) && state.locks.includes(lock);

export const LOST_WINDOW_MS = 120_000;

/** How many were lost of late; only facilitators are told. */
export const lostCount = (taps: number[], nowMs: number): number =>
  taps.filter((at) => nowMs - at < LOST_WINDOW_MS).length;

/** The poll to show first: the open one, else the last that was shown to the class. */
export function currentPoll(polls: PollView[]): PollView | undefined {
  return (
    polls.findLast((poll) => poll.state === 'open') ??
    polls.findLast((poll) => poll.state !== 'draft')
  );
}

/**
 * Who fills the stage: whom the server put there, else the spotlight, else who spoke last, else
 * somebody who can be seen or heard, facilitators first.
 */
export function stagePerson(
  state: ClassroomState,
  inSlot: string | null,
  speakers: string[],
): string | null {
  const here = (id: string | null): boolean => {
    const one = personOf(state, id);
    return one !== undefined && isHere(one) && takesPart(one) && one.room_id === state.room_id;
  };
  if (here(inSlot)) return inSlot;
  if (here(state.spotlight)) return state.spotlight;
  const speaker = speakers.find((id) => id !== state.me && here(id));
  if (speaker) return speaker;
  const others = peopleInRoom(state).filter((one) => one.participant_id !== state.me);
  const active = others.find((one) => one.tracks.camera === true || one.tracks.microphone === true);
  if (active) return active.participant_id;
  // Nobody else is seen or heard: who holds the class sees themselves, the others see who holds it.
  if (isFacilitator(state) && here(state.me)) return state.me;
  return others[0]?.participant_id ?? (here(state.me) ? state.me : null);
}
