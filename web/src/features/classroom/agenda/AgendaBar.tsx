import { ActionIcon, Button, Group } from '@mantine/core';
import {
  IconAlertTriangle, IconArrowBackUp, IconClock, IconListCheck, IconPlayerPlay,
  IconPlayerSkipBack, IconPlayerSkipForward, IconPlus,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../../i18n';
import { clockMs, currentOf, hasNext, hasPrevious, KindIcon, leftMs, placeOf, plannedMs } from '../../../ui/plan';
import { useClassroom, useTick } from '../context';
import { isFacilitator } from '../selectors';
import { sessionNow, usePageStore, useSession } from '../store';
import classes from './agenda.module.css';

const MORE_MIN = 5;

/** What of the agenda goes on and for how much longer; whoever leads the class moves it on here. */
export function AgendaBar() {
  const { t } = useTranslation('plan');
  const classroom = useClassroom();
  const store = usePageStore();
  const agenda = useSession((session) => session.agenda);
  const hosts = useSession(isFacilitator);
  const isLive = useSession((session) => session.state === 'live');
  const current = currentOf(agenda);
  useTick(1000, current !== null);
  const canMove = hosts && isLive;
  if (agenda.activities.length === 0 || (current === null && !canMove)) return null;
  const id = current?.activity_id ?? null;
  const left = current ? leftMs(agenda, current, sessionNow(store.getState())) : 0;
  const isOver = current !== null && left < 0;
  const share = current ? Math.min(1, 1 - left / plannedMs(current)) : 0;
  const button = (label: string, Icon: typeof IconPlus, isOff: boolean, onClick: () => void) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      c="inherit"
      size={32}
      aria-label={label}
      title={label}
      disabled={isOff}
      onClick={onClick}
    >
      <Icon size={18} />
    </ActionIcon>
  );
  return (
    <section
      className={classes.bar}
      data-banner="agenda"
      data-over={isOver || undefined}
      aria-label={t('progress')}
    >
      <div className={classes.now}>
        {current ? (
          <>
            <KindIcon kind={current.kind} />
            <strong title={current.title}>{current.title}</strong>
            <span className={classes.place}>
              {t('place', { place: placeOf(agenda) + 1, count: agenda.activities.length })}
            </span>
          </>
        ) : (
          <span>{t(agenda.runs.length === 0 ? 'notBegun' : 'done')}</span>
        )}
      </div>
      {current && (
        <span className={classes.time} role="timer" data-testid="agenda-timer">
          {isOver ? <IconAlertTriangle size={17} aria-hidden /> : <IconClock size={17} aria-hidden />}
          {t(isOver ? 'over' : 'left', { time: formatClock(clockMs(left)) })}
        </span>
      )}
      <Group gap={4}>
        {canMove && current && (
          <>
            {button(t('back'), IconPlayerSkipBack, !hasPrevious(agenda), () =>
              void classroom.command({ type: 'previous_activity', current: id }),
            )}
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              c="inherit"
              leftSection={<IconPlus size={15} aria-hidden />}
              aria-label={t('extendBy', { count: MORE_MIN })}
              onClick={() => void classroom.command({ type: 'extend_activity', minutes: MORE_MIN })}
            >
              {t('extend', { count: MORE_MIN })}
            </Button>
          </>
        )}
        {canMove &&
          agenda.can_undo &&
          button(t('undo'), IconArrowBackUp, false, () =>
            void classroom.command({ type: 'undo_agenda' }),
          )}
        {canMove && hasNext(agenda) && (
          <Button
            size="compact-sm"
            variant="light"
            leftSection={
              current ? (
                <IconPlayerSkipForward size={15} aria-hidden />
              ) : (
                <IconPlayerPlay size={15} aria-hidden />
              )
            }
            onClick={() => void classroom.command({ type: 'next_activity', current: id })}
          >
            {t(current ? 'next' : 'begin')}
          </Button>
        )}
        {button(t('show'), IconListCheck, false, () =>
          classroom.store.setState({ dialog: 'plan' }),
        )}
      </Group>
      {current && (
        <div className={classes.track} aria-hidden>
          <span style={{ width: `${Math.round(share * 100)}%` }} />
        </div>
      )}
    </section>
  );
}
