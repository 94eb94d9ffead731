import { IconHandStop, IconMicrophoneOff } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { memo } from 'react';

import { Avatar } from '../../ui';
import { SideBadge } from './debate/SideBadge';
import { codecUnknown } from './quality/codecs';
import { Unshown } from './quality/Unshown';
import { personOf } from './selectors';
import { LocalVideo, SlotVideo } from './SlotVideo';
import { usePage, useSession } from './store';
import classes from './Tile.module.css';

interface Props {
  /** The gallery's, for all its tiles: each of their own would listen for a change of language. */
  t: TFunction<'classroom'>;
  personId: string;
  /** The receive slot with this person's picture, if there is one. */
  slot: string | null;
  avatarSize?: number;
  className?: string;
}

/** One person: picture or initials, name, microphone, hand. Draws again for nobody else. */
export const Tile = memo(function Tile({ t, personId, slot, avatarSize = 56, className }: Props) {
  const person = useSession((session) => personOf(session, personId));
  const isMe = useSession((session) => session.me === personId);
  const hasOwnCamera = usePage((state) => isMe && state.local.hasCamera);
  const hasRoom = usePage((state) => !slot || !state.quality?.paused.includes(slot));
  const isSpeaking = usePage((state) => state.speakers.includes(personId));
  const unknownCodec = usePage((state) => (isMe ? null : codecUnknown(state, personId, 'camera')));
  if (!person) return null;
  const hasCamera = person.tracks.camera === true && (!isMe || hasOwnCamera);
  const isMuted = person.tracks.microphone !== true;
  const isAway = person.presence === 'away';
  const name = isMe ? t('you') : person.name;
  return (
    <div
      className={`${classes.tile} ${className ?? ''}`}
      data-participant={personId}
      data-speaking={(isSpeaking && !isMuted) || undefined}
      data-away={isAway || undefined}
    >
      <div className={classes.face}>
        {unknownCodec !== null && hasCamera ? (
          <Unshown codec={unknownCodec} />
        ) : hasCamera && !isAway && (isMe || (slot && hasRoom)) ? (
          isMe ? (
            <LocalVideo kind="camera" />
          ) : (
            slot && <SlotVideo slot={slot} fit="cover" />
          )
        ) : (
          <Avatar name={person.name} size={avatarSize} />
        )}
      </div>
      {!isAway && <SideBadge participantId={personId} />}
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
});
