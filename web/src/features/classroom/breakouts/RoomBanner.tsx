import { Button, CloseButton, Group } from '@mantine/core';
import { IconHelpCircle, IconSpeakerphone } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { BreakoutsView } from '../../../protocol';
import { useClassroom } from '../context';
import { isFacilitator, isObserver, personOf } from '../selectors';
import { useSession } from '../store';
import classes from './Breakouts.module.css';
import { RoomTimer, useRoomTime } from './RoomTimer';
import { areOpen, homeRoom, ownRoom } from './select';

/** Where one is while rooms are open, what to do there, and for how long. */
export function RoomBanner() {
  const breakouts = useSession((session) => session.breakouts);
  if (!areOpen(breakouts)) return null;
  return (
    <>
      <Place breakouts={breakouts} />
      <LastBroadcast breakouts={breakouts} />
    </>
  );
}

function Place({ breakouts }: { breakouts: BreakoutsView }) {
  const { t } = useTranslation('breakouts');
  const classroom = useClassroom();
  const session = useSession((state) => state);
  const hosts = isFacilitator(session);
  const watches = isObserver(session);
  const time = useRoomTime(breakouts);
  const room = ownRoom(session);
  const home = homeRoom(session);
  const call = breakouts.help.find((one) => one.room_id === room?.room_id);
  return (
    <div
      className={classes.bar}
      data-urgent={(time.kind !== 'open' && time.isUrgent) || undefined}
      data-banner="room"
      role="region"
      aria-label={t('banner')}
    >
      <div className={classes.where}>
        <strong>
          {room ? (
            t(hosts || watches ? 'visiting' : 'youAreIn', { name: room.name })
          ) : (
            <Label full={t('inMainNow')} short={t('inMainShort')} />
          )}
        </strong>
        {room && room.task !== '' && <p>{t('taskIs', { task: room.task })}</p>}
      </div>
      <RoomTimer breakouts={breakouts} />
      <Group gap="xs">
        {room && !hosts && !watches && !call && (
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconHelpCircle size={16} aria-hidden />}
            aria-label={t('help.call')}
            onClick={() => void classroom.command({ type: 'call_for_help' })}
          >
            <Label full={t('help.call')} short={t('help.callShort')} />
          </Button>
        )}
        {room && !hosts && !watches && call && (
          <>
            <span>{t('help.place', { place: call.place })}</span>
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() =>
                void classroom.command({ type: 'answer_help', room_id: room.room_id })
              }
            >
              {t('help.cancel')}
            </Button>
          </>
        )}
        <Button
          size="compact-sm"
          variant="light"
          aria-label={room && !hosts ? t('notes.open') : t('show')}
          onClick={() => classroom.show('rooms')}
        >
          {room && !hosts ? (
            <Label full={t('notes.open')} short={t('notes.openShort')} />
          ) : (
            <Label full={t('show')} short={t('showShort')} />
          )}
        </Button>
        {room && (hosts || (breakouts.may_return && !watches)) && (
          <Button
            size="compact-sm"
            variant="light"
            aria-label={t('leave')}
            onClick={() => void classroom.command({ type: 'return_to_main' })}
          >
            <Label full={t('leave')} short={t('leaveShort')} />
          </Button>
        )}
        {!room && !hosts && home && (
          <Button
            size="compact-sm"
            onClick={() =>
              void classroom.command({ type: 'choose_room', room_id: home.room_id })
            }
          >
            {t('goTo', { name: home.name })}
          </Button>
        )}
      </Group>
    </div>
  );
}

/** Fewer words where a phone has no room for all of them; the button's name is the full one. */
function Label({ full, short }: { full: string; short: string }) {
  return (
    <>
      <span className={classes.full}>{full}</span>
      <span className={classes.short}>{short}</span>
    </>
  );
}

function LastBroadcast({ breakouts }: { breakouts: BreakoutsView }) {
  const { t } = useTranslation('breakouts');
  const { t: common } = useTranslation();
  const session = useSession((state) => state);
  const [seenAt, setSeenAt] = useState(-1);
  const last = breakouts.broadcasts.at(-1);
  const speaker = personOf(session, breakouts.voice_by);
  return (
    <div role="status">
      {speaker && speaker.participant_id !== session.me && (
        <div className={classes.bar} data-banner="voice">
          <IconSpeakerphone size={18} aria-hidden />
          <span>{t('broadcast.hears', { name: speaker.name })}</span>
        </div>
      )}
      {last && last.at_ms > seenAt && last.participant_id !== session.me && (
        <div className={classes.bar} data-banner="broadcast">
          <IconSpeakerphone size={18} aria-hidden />
          <span className={classes.where}>
            <strong>{personOf(session, last.participant_id)?.name}:</strong> {last.text}
          </span>
          <CloseButton
            size="sm"
            aria-label={common('action.dismiss')}
            onClick={() => setSeenAt(last.at_ms)}
          />
        </div>
      )}
    </div>
  );
}
