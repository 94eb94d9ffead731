import type { ParticipantView, PollView } from '../../protocol';
import type { ClassroomState } from './state';

export const personOf = (state: ClassroomState, id: string | null): ParticipantView | undefined =>
  id === null ? undefined : state.participants.find((one) => one.participant_id === id);

export const me = (state: ClassroomState): ParticipantView | undefined => personOf(state, state.me);

export const isFacilitator = (state: ClassroomState): boolean => me(state)?.role === 'facilitator';

export const isHere = (one: ParticipantView): boolean =>
  one.presence === 'present' || one.presence === 'away';

/** Facilitators first, then by name: an order that does not jump as people speak. */
export function peopleHere(state: ClassroomState): ParticipantView[] {
  return state.participants.filter(isHere).sort((a, b) => {
    if (a.role !== b.role) return a.role === 'facilitator' ? -1 : 1;
    return a.name.localeCompare(b.name) || a.participant_id.localeCompare(b.participant_id);
  });
}

export const waiting = (state: ClassroomState): ParticipantView[] =>
  state.participants.filter((one) => one.presence === 'waiting');

export const raisedHands = (state: ClassroomState): ParticipantView[] =>
  state.hands.flatMap((id) => personOf(state, id) ?? []);

/** The poll to show first: the open one, else the last that was shown to the class. */
export function currentPoll(state: ClassroomState): PollView | undefined {
  return (
    state.polls.findLast((poll) => poll.state === 'open') ??
    state.polls.findLast((poll) => poll.state !== 'draft')
  );
}

export function percentages(tally: number[]): number[] {
  const total = tally.reduce((sum, votes) => sum + votes, 0);
  return tally.map((votes) => (total === 0 ? 0 : Math.round((votes / total) * 100)));
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
    return one !== undefined && isHere(one);
  };
  if (here(inSlot)) return inSlot;
  if (here(state.spotlight)) return state.spotlight;
  const speaker = speakers.find((id) => id !== state.me && here(id));
  if (speaker) return speaker;
  const others = peopleHere(state).filter((one) => one.participant_id !== state.me);
  const active = others.find((one) => one.tracks.camera === true || one.tracks.microphone === true);
  if (active) return active.participant_id;
  // Nobody else is seen or heard: who holds the class sees themselves, the others see who holds it.
  if (isFacilitator(state) && here(state.me)) return state.me;
  return others[0]?.participant_id ?? (here(state.me) ? state.me : null);
}
