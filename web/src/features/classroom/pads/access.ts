import type { PadName } from '../../../protocol';
import { useTick } from '../context';
import { isLocked, isFacilitator, isObserver, isUnattended } from '../selectors';
import { sessionNow, usePageStore, useSession } from '../store';

export type Barrier = 'watching' | 'locked' | 'unattended' | 'closed' | null;

/** The whiteboard of a breakout room. */
export const boardOf = (roomId: string): PadName => `board:${roomId}`;

/** What is said of it where notes are written. */
export const NOTES_BARRIER = {
  watching: 'notes.watching',
  locked: 'notes.locked',
  unattended: 'notes.alone',
  closed: 'board.closed',
} as const;

/** What keeps oneself from changing a pad; the server decides the same. */
export function useBarrier(pad: PadName, isClosed = false): Barrier {
  const session = useSession((state) => state);
  const store = usePageStore();
  useTick(1000, session.unattended_since_ms !== null);
  const now = sessionNow(store.getState());
  if (isClosed) return 'closed';
  if (isObserver(session)) return 'watching';
  if (isLocked(session, pad === 'notes' ? 'notes' : 'whiteboard')) return 'locked';
  return !isFacilitator(session) && isUnattended(session, now) ? 'unattended' : null;
}
