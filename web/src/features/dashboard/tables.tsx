import { Badge, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { formatClock, formatTime } from '../../i18n';
import type { Dashboard, DashboardPerson } from '../../protocol';
import classes from './Dashboard.module.css';
import { inOrder, wallTime } from './figures';

const minutes = (ms: number): string => (ms / 60_000).toFixed(0);

function Name({ one }: { one: DashboardPerson }) {
  const { t } = useTranslation('dashboard');
  return (
    <>
      {one.name === '' ? '–' : one.name}{' '}
      <Text span size="xs" c="dimmed">
        {[t(`role.${one.role}`), one.is_guest ? t('guest') : null].filter(Boolean).join(', ')}
      </Text>{' '}
      {one.is_silent && (
        <Badge size="sm" variant="light" color="orange" c="var(--rp-warn-text)" tt="none">
          {t('isSilent')}
        </Badge>
      )}
    </>
  );
}

const COUNTS = ['chat_count', 'hand_count', 'called_count', 'answer_count', 'right_count'] as const;
const HEADS = ['chat', 'hands', 'called', 'answers', 'right'] as const;

export function ParticipationTable({ board }: { board: Dashboard }) {
  const { t } = useTranslation('dashboard');
  if (board.people.length === 0) return <Text size="sm">{t('empty')}</Text>;
  return (
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={t('participation')}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t('name')}</th>
            <th scope="col">{t('minutes')}</th>
            <th scope="col">{t('spoke')}</th>
            {HEADS.map((head) => (
              <th key={head} scope="col">
                {t(head)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {inOrder(board.people).map((one) => (
            <tr key={one.participant_id}>
              <th scope="row">
                <Name one={one} />
              </th>
              <td>{minutes(one.present_ms)}</td>
              <td>{formatClock(one.talked_ms)}</td>
              {COUNTS.map((count) => (
                <td key={count}>{one[count]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function AttendanceTable({ board }: { board: Dashboard }) {
  const { t } = useTranslation('dashboard');
  const at = (ms: number): string => {
    const wall = wallTime(board, ms);
    return wall === null ? formatClock(ms) : formatTime(wall);
  };
  const rows = board.people.flatMap((one) => one.stays.map((stay) => ({ one, stay })));
  if (rows.length === 0) return <Text size="sm">{t('empty')}</Text>;
  return (
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={t('attendance')}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t('name')}</th>
            <th scope="col">{t('came')}</th>
            <th scope="col">{t('went')}</th>
            <th scope="col">{t('minutes')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ one, stay }) => (
            <tr key={`${one.participant_id} ${stay.from_ms}`}>
              <th scope="row">{one.name === '' ? '–' : one.name}</th>
              <td>{at(stay.from_ms)}</td>
              <td>
                {stay.to_ms === null
                  ? t('still')
                  : `${at(stay.to_ms)}${stay.end ? `, ${t(`end.${stay.end}`)}` : ''}`}
              </td>
              <td>{minutes((stay.to_ms ?? board.now_ms) - stay.from_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
