import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { ParticipantView } from '../../protocol';
import { Avatar } from '../../ui';
import { useClassroom } from './context';
import classes from './Panel.module.css';
import { PeopleList } from './people/PeopleList';
import { type Removal, RemoveDialog } from './RemoveDialog';
import { Banned } from './room/Banned';
import { Bookmarks } from './room/Bookmarks';
import { HandQueue } from './room/HandQueue';
import { HostBar } from './room/HostBar';
import { isFacilitator, isObserver, me, waiting } from './selectors';
import { useSession } from './store';

export function PeoplePanel() {
  const { t } = useTranslation('classroom');
  const hosts = useSession(isFacilitator);
  const lobby = useSession(waiting);
  const [removing, setRemoving] = useState<Removal | null>(null);
  return (
    <div
      className={classes.scroll}
      data-scroller
      tabIndex={0}
      role="region"
      aria-label={t('panel.people')}
    >
      {hosts && <HostBar />}
      {hosts && lobby.length > 0 && <Lobby people={lobby} />}
      <HandQueue />
      <PeopleList onRemove={setRemoving} />
      {hosts && <Banned />}
      <Bookmarks />
      <ConsentLine />
      <RemoveDialog removal={removing} onClose={() => setRemoving(null)} />
    </div>
  );
}

function Lobby({ people }: { people: ParticipantView[] }) {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const admit = (person: ParticipantView) =>
    void classroom.command({ type: 'admit', participant_id: person.participant_id });
  return (
    <>
      <Group justify="space-between">
        <h2 className={classes.heading}>{t('people.waiting')}</h2>
        {people.length > 1 && (
          <Button size="compact-xs" variant="subtle" onClick={() => people.forEach(admit)}>
            {t('people.admitAll')}
          </Button>
        )}
      </Group>
      <ul className={classes.list}>
        {people.map((person) => (
          <li key={person.participant_id} className={classes.person}>
            <Avatar name={person.name} size={32} />
            <span className={classes.name}>{person.name}</span>
            <Button
              size="compact-sm"
              variant="subtle"
              color="coral.7"
              c="var(--rp-bad-text)"
              aria-label={t('people.denyName', { name: person.name })}
              onClick={() =>
                void classroom.command({ type: 'deny', participant_id: person.participant_id })
              }
            >
              {t('people.deny')}
            </Button>
            <Button
              size="compact-sm"
              aria-label={t('people.admitName', { name: person.name })}
              onClick={() => admit(person)}
            >
              {t('people.admit')}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

function ConsentLine() {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const consent = useSession((session) => (isObserver(session) ? undefined : me(session)?.consent));
  const isRecording = useSession(({ recording }) => ['on', 'paused'].includes(recording.state));
  if (!isRecording || consent === undefined || consent === 'unasked') return null;
  return (
    <Group mt="md" gap="xs" justify="space-between">
      <span>{consent === 'given' ? t('consent.on') : t('consent.off')}</span>
      <Button
        size="compact-sm"
        variant="light"
        onClick={() =>
          void classroom.command({ type: 'give_consent', is_given: consent !== 'given' })
        }
      >
        {t('consent.change')}
      </Button>
    </Group>
  );
}
