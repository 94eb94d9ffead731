import { IconHandStop, IconMicrophoneOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import type { ParticipantView } from '../../protocol';
import { Avatar } from '../../ui';
import { SideBadge } from './debate/SideBadge';
import { LocalVideo, SlotVideo } from './SlotVideo';
import { usePage, useSession } from './store';
import classes from './Tile.module.css';

interface Props {
  person: ParticipantView;
  /** The receive slot with this person's picture, if there is one. */
  slot: string | null;
  avatarSize?: number;
  className?: string;
}

/** One person: picture or initials, name, microphone, hand. */
export function Tile({ person, slot, avatarSize = 56, className }: Props) {
  const { t } = useTranslation('classroom');
  const own = useSession((session) => session.me);
  const hasOwnCamera = usePage((state) => state.local.hasCamera);
  const isSpeaking = usePage((state) => state.speakers.includes(person.participant_id));
  const isMe = person.participant_id === own;
  const hasCamera = isMe
    ? hasOwnCamera && person.tracks.camera === true
    : person.tracks.camera === true;
  const isMuted = person.tracks.microphone !== true;
  const isAway = person.presence === 'away';
  const name = isMe ? t('you') : person.name;
  return (
    <div
      className={`${classes.tile} ${className ?? ''}`}
      data-participant={person.participant_id}
      data-speaking={(isSpeaking && !isMuted) || undefined}
      data-away={isAway || undefined}
    >
      <div className={classes.face}>
        {hasCamera && !isAway && (isMe || slot) ? (
          isMe ? (
            <LocalVideo kind="camera" />
          ) : (
            slot && <SlotVideo slot={slot} fit="cover" />
          )
        ) : (
          <Avatar name={person.name} size={avatarSize} />
        )}
      </div>
      {!isAway && <SideBadge participantId={person.participant_id} />}
      {isAway && <div className={classes.away}>{t('gallery.away')}</div>}
      {person.hand_raised_at_ms !== null && (
        <div className={classes.hand} role="img" aria-label={t('gallery.handUp')}>
          <IconHandStop size={17} />
        </div>
      )}
      <div className={classes.label}>
        {isMuted && <IconMicrophoneOff size={15} role="img" aria-label={t('gallery.micOff')} />}
        <span>{name}</span>
        {isSpeaking && !isMuted && <span className="sr-only">{t('gallery.speaking')}</span>}
      </div>
    </div>
  );
}
