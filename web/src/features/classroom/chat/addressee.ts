import { useMemo } from 'react';

import type { ChatView } from '../../../protocol';
import { useTick } from '../context';
import { isLocked, peopleHere, personOf, takesPart } from '../selectors';
import { sessionNow, usePage, useSession, useSessionList } from '../store';
import { closedFor } from './policy';

export interface Named {
  id: string;
  name: string;
}

/** Whom a message can go to, whom it goes to, and what keeps it. */
export function useAddressee(fixed: ChatView | null) {
  const names = useSessionList((session) =>
    Object.fromEntries(
      peopleHere(session)
        .filter((one) => one.participant_id !== session.me && takesPart(one))
        .map((one) => [one.participant_id, one.name]),
    ),
  );
  const others = useMemo(
    () => Object.entries(names).map(([id, name]): Named => ({ id, name })),
    [names],
  );
  const chosen = usePage((state) => state.chatTo);
  const me = useSession((session) => session.me);
  const to = fixed ? partnerOf(fixed, me) : chosen !== null && Object.hasOwn(names, chosen) ? chosen : null;
  const toName = useSession((session) => personOf(session, to)?.name ?? '');
  // It closes by itself when facilitators have been gone for a while.
  useTick(1000, useSession((session) => session.unattended_since_ms !== null));
  const closed = usePage((state) =>
    state.session ? closedFor(state.session, to, sessionNow(state)) : null,
  );
  const mayAttach = useSession((session) => !isLocked(session, 'files'));
  return { others, to, toName, closed, mayAttach };
}

function partnerOf(message: ChatView, me: string): string | null {
  if (message.to === null) return null;
  return message.participant_id === me ? message.to : message.participant_id;
}
