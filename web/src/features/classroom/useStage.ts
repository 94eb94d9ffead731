import { stagePerson } from './selectors';
import { usePage, useSession } from './store';

/** Who and whose screen is large. */
export function useStage(): { personId: string | null; screenId: string | null; isAlone: boolean } {
  const session = useSession((state) => state);
  const speakers = usePage((state) => state.speakers);
  const inStage = usePage((state) => state.occupants.stage ?? null);
  const inScreen = usePage((state) => state.occupants.screen ?? null);
  const hasOwnScreen = usePage((state) => state.local.hasScreen);
  const personId = stagePerson(session, inStage, speakers);
  const screenId = hasOwnScreen ? session.me : inScreen;
  const here = session.participants.filter(
    (one) => one.presence === 'present' || one.presence === 'away',
  );
  return { personId, screenId, isAlone: here.length <= 1 };
}
