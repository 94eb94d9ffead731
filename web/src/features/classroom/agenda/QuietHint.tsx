import { Button, CloseButton } from '@mantine/core';
import { IconZzz } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { useClassroom, useTick } from '../context';
import { isFacilitator } from '../selectors';
import { sessionNow, usePageStore, useSession } from '../store';
import classes from './agenda.module.css';

/** For facilitators alone: learners have taken part in nothing for long, and what could be done. */
export function QuietHint() {
  const { t } = useTranslation('plan');
  const { t: polls } = useTranslation('polls');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const store = usePageStore();
  const since = useSession((session) => (isFacilitator(session) ? session.quiet_since_ms : null));
  useTick(30_000, since !== null);
  if (since === null) return null;
  const minutes = Math.floor((sessionNow(store.getState()) - since) / 60_000);
  return (
    <div className={classes.hint} role="status" data-banner="quiet">
      <IconZzz size={18} aria-hidden />
      <span>{t('quiet', { count: minutes })}</span>
      <Button
        size="compact-sm"
        variant="light"
        onClick={() =>
          void classroom.command({
            type: 'create_poll',
            question: polls('quick.thumbsQuestion'),
            options: [polls('quick.up'), polls('quick.down')],
            opens: true,
          })
        }
      >
        {t('askQuickly')}
      </Button>
      <Button size="compact-sm" variant="subtle" onClick={() => classroom.show('poll')}>
        {t('askMore')}
      </Button>
      <Button size="compact-sm" variant="subtle" onClick={() => classroom.show('rooms')}>
        {t('openRooms')}
      </Button>
      <CloseButton
        size="sm"
        aria-label={common('action.dismiss')}
        onClick={() => void classroom.command({ type: 'dismiss_hint' })}
      />
    </div>
  );
}
