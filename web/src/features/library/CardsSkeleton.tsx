import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import classes from './LibraryPage.module.css';

export function CardsSkeleton() {
  const { t } = useTranslation();
  return (
    <div className={classes.grid} role="status" aria-label={t('state.loading')}>
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index}>
          <Skeleton radius="lg" style={{ aspectRatio: '16 / 9' }} height="auto" />
          <Skeleton height={18} width="75%" mt="sm" />
          <Skeleton height={14} width="45%" mt={8} />
        </div>
      ))}
    </div>
  );
}
