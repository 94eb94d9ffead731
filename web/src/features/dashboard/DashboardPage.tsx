import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconChartDots, IconDownload } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';

import { formatClock, formatDate } from '../../i18n';
import type { Dashboard } from '../../protocol';
import { apiUrl } from '../../transport/http';
import { useResource } from '../../transport/resource';
import { Card, EmptyState, ErrorState, Loading, PageShell } from '../../ui';
import { AttendanceTable, ParticipationTable } from './tables';
import classes from './Dashboard.module.css';
import { figuresOf, heldMinutes, minutesOf, wallTime } from './figures';

const POLL_MS = 5000;

/** `/sessions/:id/dashboard`: what a class comes to, while it goes on and ever after. */
export default function DashboardPage({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('dashboard');
  const path = `/sessions/${sessionId}/dashboard`;
  const board = useResource<Dashboard>(path, { pollMs: POLL_MS });
  return (
    <PageShell title={t('title')} maxWidth={1100}>
      {board.data ? (
        <Board board={board.data} />
      ) : board.error ? (
        <ErrorState error={board.error} onRetry={board.reload} />
      ) : (
        <Loading rows={4} />
      )}
    </PageShell>
  );
}

function Board({ board }: { board: Dashboard }) {
  const { t } = useTranslation('dashboard');
  const figures = figuresOf(board);
  const heldAt = wallTime(board, board.started_at_ms ?? 0);
  const own = `/sessions/${board.session_id}`;
  return (
    <Stack gap="lg">
      <Group justify="space-between" gap="sm">
        <div>
          <Title order={1} size="h2">
            {board.title === '' ? t('title') : t('of', { title: board.title })}
          </Title>
          {board.state !== 'scheduled' && (
            <Text c="dimmed" size="sm">
              {board.state === 'live'
                ? t('live')
                : t('ended', {
                    date: heldAt === null ? '' : formatDate(new Date(heldAt).toISOString()),
                    minutes: heldMinutes(board),
                  })}
            </Text>
          )}
        </div>
        <Group gap="xs">
          {(['attendance', 'participation'] as const).map((name) => (
            <Button
              key={name}
              component="a"
              href={apiUrl(`${own}/${name}.csv`)}
              download
              variant="default"
              size="compact-md"
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              {t(`${name}Csv`)}
            </Button>
          ))}
          <Button
            component="a"
            href={apiUrl(`${own}/dashboard`)}
            download="dashboard.json"
            variant="default"
            size="compact-md"
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            {t('json')}
          </Button>
        </Group>
      </Group>
      {board.started_at_ms === null ? (
        <Card>
          <EmptyState
            icon={<IconChartDots size={28} />}
            title={t('notStarted')}
            hint={t('notStartedHint')}
            action={
              <Button component={Link} href={own} variant="light">
                {t('toSession')}
              </Button>
            }
          />
        </Card>
      ) : (
        <>
          <dl className={classes.figures} aria-label={t('figures')}>
            {(['people', 'here', 'silent', 'lost'] as const)
              .filter((name) => name !== 'here' || board.state === 'live')
              .map((name) => (
                <div key={name}>
                  <dt>{t(name)}</dt>
                  <dd data-figure={name}>{figures[name]}</dd>
                </div>
              ))}
          </dl>
          <Part title={t('participation')} hint={t('silentHint')}>
            <ParticipationTable board={board} />
          </Part>
          {board.debates.map((debate) => (
            <Sides key={debate.debate_id} debate={debate} />
          ))}
          <Polls board={board} />
          <Confusion board={board} />
          {board.activities.length > 0 && <Activities board={board} />}
          <Part title={t('attendance')}>
            <AttendanceTable board={board} />
          </Part>
        </>
      )}
    </Stack>
  );
}

function Part({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <Card component="section" aria-label={title} p="lg">
      <Title order={2} size="h4" mb={hint ? 2 : 'sm'}>
        {title}
      </Title>
      {hint && (
        <Text size="sm" c="dimmed" mb="sm">
          {hint}
        </Text>
      )}
      {children}
    </Card>
  );
}

interface BarProps {
  label: string;
  value: string;
  share: number;
}

function Bar({ label, value, share }: BarProps) {
  return (
    <li className={classes.bar}>
      <span>{label}</span>
      <i aria-hidden>
        <b style={{ width: `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%` }} />
      </i>
      <span>{value}</span>
    </li>
  );
}

function Sides({ debate }: { debate: Dashboard['debates'][number] }) {
  const { t, i18n } = useTranslation('dashboard');
  const total = debate.sides.reduce((sum, side) => sum + side.talked_ms, 0);
  return (
    <Part title={t('sides')} hint={debate.motion}>
      <ul className={classes.list}>
        {debate.sides.map((side) => (
          <Bar
            key={side.side}
            label={i18n.language.startsWith('de') ? side.name_de : side.name_en}
            value={formatClock(side.talked_ms)}
            share={total === 0 ? 0 : side.talked_ms / total}
          />
        ))}
      </ul>
    </Part>
  );
}

function Polls({ board }: { board: Dashboard }) {
  const { t } = useTranslation('dashboard');
  return (
    <Part title={t('polls')}>
      {board.polls.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('noPolls')}
        </Text>
      )}
      <Stack gap="md">
        {board.polls.map((poll) => {
          const highest = Math.max(1, ...(poll.answers ?? []).map((one) => Number(one.value) || 0));
          return (
            <section key={poll.poll_id} aria-label={poll.question}>
              <Group gap={6}>
                <Text fw={650}>{poll.question}</Text>
                {poll.is_open && <Badge tt="none">{t('open')}</Badge>}
                {poll.is_anonymous && (
                  <Badge tt="none" variant="default">
                    {t('anonymous')}
                  </Badge>
                )}
              </Group>
              <Text size="sm" c="dimmed">
                {[
                  t('voted', { count: poll.voted_count }),
                  poll.right_count === null ? null : t('rightOf', { count: poll.right_count }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </Text>
              {poll.answers === null ? (
                <Text size="sm">{t('noResult')}</Text>
              ) : (
                <ul className={classes.list}>
                  {poll.answers.map((one, index) => (
                    <Bar
                      key={index}
                      label={one.label}
                      value={one.value}
                      share={Number(one.value) / highest}
                    />
                  ))}
                </ul>
              )}
            </section>
          );
        })}
      </Stack>
    </Part>
  );
}

function Confusion({ board }: { board: Dashboard }) {
  const { t } = useTranslation('dashboard');
  const minutes = minutesOf(board);
  const highest = Math.max(0, ...minutes.map((one) => one.count));
  return (
    <Part title={t('confusion')}>
      {highest === 0 ? (
        <Text size="sm" c="dimmed">
          {t('noConfusion')}
        </Text>
      ) : (
        <ol className={classes.minutes}>
          {minutes.map(({ minute, count }) => {
            const label = t('minuteLabel', { minute: minute + 1, count });
            return (
              <li
                key={minute}
                title={label}
                data-empty={count === 0 || undefined}
                style={{ height: count === 0 ? 2 : `${(count / highest) * 100}%` }}
              >
                {count > 0 && <span className="sr-only">{label}</span>}
              </li>
            );
          })}
        </ol>
      )}
    </Part>
  );
}

function Activities({ board }: { board: Dashboard }) {
  const { t } = useTranslation('dashboard');
  return (
    <Part title={t('agenda')}>
      <div className={classes.scroll} tabIndex={0} role="group" aria-label={t('agenda')}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t('activity')}</th>
              <th scope="col">{t('planned')}</th>
              <th scope="col">{t('took')}</th>
            </tr>
          </thead>
          <tbody>
            {board.activities.map((one) => (
              <tr key={one.activity_id}>
                <th scope="row">{one.title}</th>
                <td>{formatClock(one.planned_ms)}</td>
                <td>{one.used_ms > 0 ? formatClock(one.used_ms) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Part>
  );
}
