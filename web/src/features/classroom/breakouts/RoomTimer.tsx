import { IconAlertTriangle, IconClock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../../i18n';
import type { BreakoutsView } from '../../../protocol';
import { useTick } from '../context';
import { sessionNow, usePageStore } from '../store';
import classes from './Breakouts.module.css';
import { type RoomTime, timeOf } from './select';

export function useRoomTime(breakouts: BreakoutsView): RoomTime {
  const store = usePageStore();
  useTick(500);
  return timeOf(breakouts, sessionNow(store.getState()));
}

/** In words and with a sign, not by colour alone. */
export function RoomTimer({ breakouts }: { breakouts: BreakoutsView }) {
  const { t } = useTranslation('breakouts');
  const time = useRoomTime(breakouts);
  const clock = formatClock(time.kind === 'open' ? time.ms : Math.ceil(time.ms / 1000) * 1000);
  const isUrgent = time.kind !== 'open' && time.isUrgent;
  const Icon = isUrgent ? IconAlertTriangle : IconClock;
  return (
    <span className={classes.clock} role="timer" data-testid="room-timer">
      <Icon size={17} aria-hidden />
      {time.kind === 'closing' && t('time.closing', { time: clock })}
      {time.kind === 'left' && t(isUrgent ? 'time.last' : 'time.left', { time: clock })}
      {time.kind === 'open' && t('time.open', { time: clock })}
    </span>
  );
}
