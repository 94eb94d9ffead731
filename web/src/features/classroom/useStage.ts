import type { PresentationView } from '../../protocol';
import { isHere, stagePerson } from './selectors';
import { usePage, useSession } from './store';

/** Who and whose screen is large. Nothing else about them, so that little draws again. */
export function useStage(): {
  personId: string | null;
  screenId: string | null;
  /** Presented slides have the stage; a shared screen stands before them (SL4). */
  slides: PresentationView | null;
  isAlone: boolean;
} {
  const personId = usePage(({ session, occupants, speakers }) =>
    session ? stagePerson(session, occupants.stage ?? null, speakers) : null,
  );
  const screenId = usePage(({ session, occupants, local }) =>
    local.hasScreen ? (session?.me ?? null) : (occupants.screen ?? null),
  );
  const isAlone = useSession((session) => session.participants.filter(isHere).length <= 1);
  const presented = useSession((session) => session.presentation);
  const slides = screenId === null ? presented : null;
  return { personId, screenId, slides, isAlone };
}
