import { isFacilitator, isObserver, isUnattended, personOf } from '../selectors';
import type { ClassroomState } from '../state';

/** Why nothing can be written there just now; null when it can. The server decides the same. */
export function closedFor(
  state: ClassroomState,
  to: string | null,
  nowMs: number,
): 'watching' | 'locked' | 'lockedPrivate' | 'unattended' | null {
  if (isObserver(state)) return 'watching';
  if (isFacilitator(state)) return null;
  if (personOf(state, to)?.role === 'facilitator') return null;
  const lock = to === null ? 'chat' : 'private_chat';
  if (state.locks.includes(lock)) return to === null ? 'locked' : 'lockedPrivate';
  return isUnattended(state, nowMs) ? 'unattended' : null;
}
