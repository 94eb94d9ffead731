import { Button, Group } from '@mantine/core';
import {
  IconHandStop,
  IconMicrophone,
  IconMicrophoneOff,
  IconVideo,
  IconVideoOff,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import type { ParticipantView } from '../../protocol';
import { Avatar } from '../../ui';
import { useClassroom } from './context';
import classes from './Panel.module.css';
import { type Removal, RemoveDialog } from './RemoveDialog';
import { Banned } from './room/Banned';
import { Bookmarks } from './room/Bookmarks';
import { HandQueue } from './room/HandQueue';
import { HostBar } from './room/HostBar';
import { PersonMenu } from './room/PersonMenu';
import { isFacilitator, me, peopleHere, waiting } from './selectors';
import { useSession } from './store';

export function PeoplePanel() {
  const { t } = useTranslation('classroom');
  const session = useSession((state) => state);
  const hosts = isFacilitator(session);
  const lobby = hosts ? waiting(session) : [];
  const [removing, setRemoving] = useState<Removal | null>(null);
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('panel.people')}>
      {hosts && <HostBar />}
      {lobby.length > 0 && <Lobby people={lobby} />}
      <HandQueue />
      <h2 className={classes.heading}>{t('people.inClass')}</h2>
      <ul className={classes.list}>
        {peopleHere(session).map((person) => (
          <Person key={person.participant_id} person={person} onRemove={setRemoving} />
        ))}
      </ul>
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

interface PersonProps {
  person: ParticipantView;
  onRemove: (removal: Removal) => void;
}

function Person({ person, onRemove }: PersonProps) {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const session = useSession((state) => state);
  const isMe = person.participant_id === session.me;
  const hosts = isFacilitator(session);
  const isRecording = session.recording.state === 'on';
  const hasMic = person.tracks.microphone === true;
  const hasCamera = person.tracks.camera === true;
  const notes = [
    person.role === 'facilitator' ? t('people.facilitator') : null,
    person.is_guest ? t('people.guest') : null,
    person.presence === 'away' ? t('people.away') : null,
    person.invitation === 'asked' ? room('speak.asked') : null,
    hosts && (session.talked_ms[person.participant_id] ?? 0) > 0
      ? room('people.talked', {
          time: formatClock(session.talked_ms[person.participant_id] ?? 0),
        })
      : null,
    isRecording && person.consent === 'declined' ? t('people.offRecord') : null,
  ].filter((note) => note !== null);
  return (
    <li className={classes.person} data-person={person.participant_id}>
      <Avatar name={person.name} size={32} />
      <div className={classes.who}>
        <div className={classes.name}>
          {isMe ? t('namedYou', { name: person.name }) : person.name}
        </div>
        {notes.length > 0 && <div className={classes.note}>{notes.join(' · ')}</div>}
      </div>
      {person.hand_raised_at_ms !== null && (
        <IconHandStop size={18} role="img" aria-label={t('gallery.handUp')} />
      )}
      {hasMic ? (
        <IconMicrophone size={18} aria-hidden />
      ) : (
        <IconMicrophoneOff size={18} role="img" aria-label={t('gallery.micOff')} opacity={0.6} />
      )}
      {hasCamera ? (
        <IconVideo size={18} aria-hidden />
      ) : (
        <IconVideoOff size={18} role="img" aria-label={t('gallery.cameraOff')} opacity={0.6} />
      )}
      {(hosts || !isMe) && <PersonMenu person={person} onRemove={onRemove} />}
    </li>
  );
}

function ConsentLine() {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const session = useSession((state) => state);
  const consent = me(session)?.consent;
  const isRecording = session.recording.state === 'on' || session.recording.state === 'paused';
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
