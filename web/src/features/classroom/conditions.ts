/** When an action can be had and when it is on, as the page knows it. */
import { MAIN_ROOM } from './breakouts/fold';
import { debateFor } from './debate/model';
import { isFacilitator, isLocked, me, takesPart } from './selectors';
import type { PageState } from './store';

export const own = (state: PageState) => (state.session ? me(state.session) : undefined);
export const isPresent = (state: PageState): boolean => own(state)?.presence === 'present';
export const isTakingPart = (state: PageState): boolean => {
  const one = own(state);
  return one?.presence === 'present' && takesPart(one);
};
export const hosts = (state: PageState): boolean =>
  state.session !== null && isFacilitator(state.session) && isPresent(state);
export const isLive = (state: PageState): boolean => state.session?.state === 'live';
export const recording = (state: PageState) => state.session?.recording.state ?? 'off';
export const handIsUp = (state: PageState): boolean =>
  state.session?.hands.includes(state.session.me) === true;
/** A breakout room has a whiteboard of its own, which each of its people opens for themselves. */
export const boardRoom = (state: PageState): string | null =>
  state.session === null || state.session.room_id === MAIN_ROOM ? null : state.session.room_id;
export const isBoardOpen = (state: PageState): boolean => {
  const room = boardRoom(state);
  if (room !== null) return state.roomBoard === room;
  return state.session !== null && state.session.whiteboard.opened_at_ms !== null;
};
export const isDebateSeen = (state: PageState): boolean =>
  state.isDebateShown ?? (state.session !== null && debateFor(state.session) !== undefined);
export const isAsked = (state: PageState): boolean => own(state)?.invitation === 'asked';
export const hasPages = (state: PageState): boolean => isPresent(state) && state.galleryPages > 1;
export const mayReact = (state: PageState): boolean =>
  isTakingPart(state) && state.session !== null && !isLocked(state.session, 'reactions');
