import { Loader } from '@mantine/core';
import { IconAlertTriangle, IconArrowUp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { usePage } from '../store';
import classes from './chat.module.css';

/** At the top of a list that goes on above what the page has. */
export function Earlier({ onLoad }: { onLoad: () => void }) {
  const { t } = useTranslation('room');
  const { t: common } = useTranslation();
  const status = usePage((state) => state.earlier);
  const isLoading = status === 'loading';
  return (
    <div className={classes.earlier}>
      {status === 'failed' && (
        <span role="alert">
          <IconAlertTriangle size={15} aria-hidden /> {t('chat.earlierFailed')}
        </span>
      )}
      {/* Stays a button while it loads, or whoever pressed it would lose the place. */}
      <button type="button" aria-disabled={isLoading} onClick={onLoad}>
        {isLoading ? <Loader size={15} aria-hidden /> : <IconArrowUp size={15} aria-hidden />}
        {isLoading
          ? t('chat.earlierLoading')
          : status === 'failed'
            ? common('action.retry')
            : t('chat.earlier')}
      </button>
    </div>
  );
}
