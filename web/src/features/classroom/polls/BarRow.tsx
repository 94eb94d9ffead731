import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import panel from '../Panel.module.css';
import type { Row } from './results';

/** What every bar of every kind looks like: label, a mark when it is right, and its number. */
export function BarContent({
  row,
  value,
  title,
  isShown = true,
  note,
}: {
  row: Row;
  value: ReactNode;
  title?: string;
  /** Whether there is a number to show. */
  isShown?: boolean;
  note?: ReactNode;
}) {
  const { t } = useTranslation('classroom');
  return (
    <>
      {isShown && (
        <span className={panel.bar} style={{ width: `${row.share * 100}%` }} aria-hidden />
      )}
      <span className={panel.grow}>
        {row.label}
        {note}
      </span>
      {row.isRight && (
        <IconCheck
          size={18}
          role="img"
          aria-label={t('poll.keyMark')}
          color="var(--rp-good-text)"
        />
      )}
      {isShown && <strong title={title}>{value}</strong>}
    </>
  );
}

export function BarRow(props: Parameters<typeof BarContent>[0]) {
  return (
    <div className={panel.option} data-right={props.row.isRight || undefined}>
      <BarContent {...props} />
    </div>
  );
}
