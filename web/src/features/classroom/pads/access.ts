import type { PadName } from '../../../protocol';
import { useTick } from '../context';
import { isLocked, isFacilitator, isObserver, isUnattended } from '../selectors';
import { sessionNow, usePageStore, useSession } from '../store';

export type Barrier = 'watching' | 'locked' | 'unattended' | null;

/** What is said of it where notes are written. */
export const NOTES_BARRIER = {
  watching: 'notes.watching',
  locked: 'notes.locked',
  unattended: 'notes.alone',
} as const;

/** What keeps oneself from changing a pad; the server decides the same. */
export function useBarrier(pad: PadName): Barrier {
  const session = useSession((state) => state);
  const store = usePageStore();
  useTick(1000, session.unattended_since_ms !== null);
  const now = sessionNow(store.getState());
  if (isObserver(session)) return 'watching';
  if (isLocked(session, pad)) return 'locked';
  return !isFacilitator(session) && isUnattended(session, now) ? 'unattended' : null;
}
