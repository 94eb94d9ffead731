import { IconHelpCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { useTick } from '../context';
import { lostCount } from '../selectors';
import { sessionNow, usePageStore, useSession } from '../store';
import classes from './room.module.css';

/** Facilitators: how many are lost just now. Nobody is named, here or anywhere. */
export function LostMeter() {
  const { t } = useTranslation('room');
  const store = usePageStore();
  const taps = useSession((session) => session.confusion);
  useTick(5000, taps.length > 0);
  const count = lostCount(taps, sessionNow(store.getState()));
  return (
    <div
      className={classes.lost}
      data-some={count > 0 || undefined}
      data-lost={count}
      title={t('lost.hint')}
    >
      <IconHelpCircle size={18} aria-hidden />
      {count > 0 ? t('lost.count', { count }) : t('lost.none')}
    </div>
  );
}
