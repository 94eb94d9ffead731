import {
  IconHandStop,
  IconMicrophone,
  IconMicrophoneOff,
  IconVideo,
  IconVideoOff,
} from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../../i18n';
import type { ParticipantView } from '../../../protocol';
import { Avatar } from '../../../ui';
import classes from '../Panel.module.css';
import { PersonSign } from '../quality/PersonSign';
import type { Removal } from '../RemoveDialog';
import { PersonMenu } from '../room/PersonMenu';
import { isFacilitator, takesPart } from '../selectors';
import { useSession } from '../store';

interface Props {
  person: ParticipantView;
  place: number;
  count: number;
  onRemove: (removal: Removal) => void;
}

/** A row of the list of people. */
export const Person = memo(function Person({ person, place, count, onRemove }: Props) {
  return (
    <li
      className={classes.row}
      data-person={person.participant_id}
      aria-setsize={count}
      aria-posinset={place}
    >
      <About person={person} onRemove={onRemove} />
    </li>
  );
});

/** Draws again when something about this person changes, and not whenever somebody comes or goes:
 * that gives every row another number, and the menus in them are dear. */
const About = memo(function About({ person, onRemove }: Omit<Props, 'place' | 'count'>) {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const id = person.participant_id;
  const isMe = useSession((session) => session.me === id);
  const hosts = useSession(isFacilitator);
  const isRecording = useSession((session) => session.recording.state === 'on');
  const talkedMs = useSession((session) => session.talked_ms[id] ?? 0);
  const notes = [
    person.role === 'facilitator' ? t('people.facilitator') : null,
    person.role === 'observer' ? room('people.observer') : null,
    person.is_stream ? room('people.stream') : person.is_guest ? t('people.guest') : null,
    person.presence === 'away' ? t('people.away') : null,
    person.invitation === 'asked' ? room('speak.asked') : null,
    hosts && talkedMs > 0 ? room('people.talked', { time: formatClock(talkedMs) }) : null,
    isRecording && person.consent === 'declined' ? t('people.offRecord') : null,
  ].filter((note) => note !== null);
  return (
    <>
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
      {hosts && person.presence === 'present' && <PersonSign participantId={id} />}
      {takesPart(person) && <Devices person={person} />}
      {hosts || (!isMe && takesPart(person)) ? (
        <PersonMenu person={person} onRemove={onRemove} />
      ) : (
        <span className={classes.noMenu} />
      )}
    </>
  );
});

function Devices({ person }: { person: ParticipantView }) {
  const { t } = useTranslation('classroom');
  return (
    <>
      {person.tracks.microphone === true ? (
        <IconMicrophone size={18} aria-hidden />
      ) : (
        <IconMicrophoneOff size={18} role="img" aria-label={t('gallery.micOff')} opacity={0.6} />
      )}
      {person.tracks.camera === true ? (
        <IconVideo size={18} aria-hidden />
      ) : (
        <IconVideoOff size={18} role="img" aria-label={t('gallery.cameraOff')} opacity={0.6} />
      )}
    </>
  );
}
