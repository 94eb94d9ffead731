import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { Session } from '../../protocol';
import { useMe } from '../../transport/me';
import { useResource } from '../../transport/resource';
import { Loading, PageShell } from '../../ui';
import { LobbyPlan } from './agenda/LobbyPlan';
import { ClassroomView } from './ClassroomView';
import { Classroom } from './classroom';
import { ClassroomContext } from './context';
import { DeviceCheck } from './DeviceCheck';
import type { Lobby } from './DoorHead';
import { EndedPage } from './EndedPage';
import { me } from './selectors';
import { StoreContext, usePage } from './store';
import { WaitingRoom } from './WaitingRoom';
import { WatchDoor } from './WatchDoor';

/** `/sessions/:id`: device check → lobby → classroom → outside again. */
export default function SessionPage({ sessionId }: { sessionId: string }) {
  const [turn, setTurn] = useState(0);
  return <Visit key={turn} sessionId={sessionId} onAgain={() => setTurn(turn + 1)} />;
}

function Visit({ sessionId, onAgain }: { sessionId: string; onAgain: () => void }) {
  const [classroom, setClassroom] = useState<Classroom | null>(null);
  useEffect(() => {
    const made = new Classroom(sessionId);
    setClassroom(made);
    return () => made.dispose();
  }, [sessionId]);
  if (!classroom) return null;
  return (
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>
        <Place classroom={classroom} onAgain={onAgain} />
      </StoreContext>
    </ClassroomContext>
  );
}

function Place({ classroom, onAgain }: { classroom: Classroom; onAgain: () => void }) {
  const { t } = useTranslation('classroom');
  const closed = usePage((state) => state.closed);
  const session = usePage((state) => state.session);
  const status = usePage((state) => state.status);
  const [hasJoined, setJoined] = useState(false);
  const resource = useResource<Session>(`/sessions/${classroom.sessionId}`);
  const lobby = useLobby(resource.data);
  const presence = session ? me(session)?.presence : undefined;
  const recordingId = session?.recording.recording_id ?? resource.data?.recording_id ?? null;

  if (closed || (!hasJoined && resource.data?.state === 'ended')) {
    return (
      <PageShell title={t('title')} maxWidth={720}>
        <EndedPage
          reason={closed?.reason ?? 'ended'}
          error={closed?.error ?? null}
          recordingId={recordingId}
          onRejoin={onAgain}
        />
      </PageShell>
    );
  }
  const Door = lobby.watches ? WatchDoor : DeviceCheck;
  if (!hasJoined) {
    // A refusal here (a guest's link was revoked, no member) is told again, better, by the door.
    if (resource.isLoading && !resource.data) {
      return (
        <PageShell title={t('title')} maxWidth={1000}>
          <Loading rows={2} height={200} />
        </PageShell>
      );
    }
    return (
      <PageShell title={lobby.title} maxWidth={lobby.watches ? 560 : 1000}>
        <Door
          lobby={lobby}
          onJoin={(wishes) => {
            setJoined(true);
            classroom.join(wishes);
            if (preparesPolls()) classroom.show('poll');
          }}
        />
      </PageShell>
    );
  }
  if (!session || presence === undefined) {
    return (
      <PageShell title={lobby.title} maxWidth={1000}>
        <Loading rows={2} height={200} />
        {status === 'reconnecting' && <p role="status">{t('banner.reconnecting')}</p>}
      </PageShell>
    );
  }
  if (presence === 'waiting') {
    return (
      <PageShell title={lobby.title} maxWidth={720}>
        <WaitingRoom />
        <LobbyPlan sessionId={classroom.sessionId} />
      </PageShell>
    );
  }
  return <ClassroomView />;
}

/** Came to write polls before the class begins: going in does not begin it. */
const preparesPolls = (): boolean =>
  new URLSearchParams(window.location.search).get('panel') === 'poll';

function useLobby(session: Session | null): Lobby {
  const { t } = useTranslation('classroom');
  const me = useMe((state) => state.me);
  return useMemo(
    () => ({
      title: session?.title ?? t('title'),
      name: me?.user?.name ?? '',
      facilitators: session?.facilitator_names ?? [],
      startsAt: session?.starts_at ?? null,
      state: session?.state ?? 'live',
      records: session?.record_automatically ?? true,
      watches: session?.is_observer ?? false,
      startsSession: session?.state === 'scheduled' && session.is_facilitator && !preparesPolls(),
    }),
    [session, me, t],
  );
}
