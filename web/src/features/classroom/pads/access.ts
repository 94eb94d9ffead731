import type { PadName } from '../../../protocol';
import { useTick } from '../context';
import { isLocked, isFacilitator, isUnattended } from '../selectors';
import { sessionNow, usePageStore, useSession } from '../store';

export type Barrier = 'locked' | 'unattended' | null;

/** What keeps oneself from changing a pad; the server decides the same. */
export function useBarrier(pad: PadName): Barrier {
  const session = useSession((state) => state);
  const store = usePageStore();
  useTick(1000, session.unattended_since_ms !== null);
  const now = sessionNow(store.getState());
  if (isLocked(session, pad)) return 'locked';
  return !isFacilitator(session) && isUnattended(session, now) ? 'unattended' : null;
}
