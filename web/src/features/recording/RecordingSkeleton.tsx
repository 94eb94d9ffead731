import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import classes from './RecordingPage.module.css';

/** The page's own shape while it loads, so that nothing jumps when it arrives. */
export function RecordingSkeleton() {
  const { t } = useTranslation();
  return (
    <div className={classes.grid} role="status" aria-label={t('state.loading')}>
      <div className={classes.player}>
        <Skeleton radius="lg" style={{ aspectRatio: '16 / 9' }} height="auto" />
      </div>
      <div className={classes.title}>
        <Skeleton height={30} width="60%" />
        <Skeleton height={18} width="35%" mt="sm" />
      </div>
      <div className={classes.side}>
        <Skeleton radius="lg" height="100%" />
      </div>
    </div>
  );
}
