import { useEffect } from 'react';

import { pageWith } from './gallery';
import { personOf } from './selectors';
import { usePage, usePageStore, useSession } from './store';

const LINGERS_MS = 3000;

/**
 * Keeps `aside`: who speaks and is not to be seen, on another page of the gallery and not large.
 * Lingers a little, so that the way there does not vanish between two words.
 */
export function useAside(
  all: string[],
  shown: string[],
  large: string | null,
  first: number,
  later: number,
): void {
  const store = usePageStore();
  const own = useSession((session) => session.me);
  const speaker = usePage(
    ({ session, speakers }) =>
      speakers.find((id) => session && personOf(session, id)?.tracks.microphone === true) ?? null,
  );
  const isSeen = speaker === own || speaker === large || (speaker && shown.includes(speaker));
  const index = speaker === null || isSeen ? -1 : all.indexOf(speaker);
  const page = index === -1 ? null : pageWith(index, first, later);
  useEffect(() => {
    if (page !== null && speaker !== null) {
      store.setState({ aside: { participantId: speaker, page } });
      return;
    }
    const timer = window.setTimeout(() => store.setState({ aside: null }), LINGERS_MS);
    return () => window.clearTimeout(timer);
  }, [store, speaker, page]);
}
