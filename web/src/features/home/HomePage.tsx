import { ActionIcon, Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import {
  IconBook2,
  IconBroadcast,
  IconCalendarEvent,
  IconEdit,
  IconMovie,
  IconPlus,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';

import { formatClock, formatDate, formatDateTime } from '../../i18n';
import type { RecordingPage, RecordingSummary, Session } from '../../protocol';
import { useUser } from '../../transport/me';
import { useResource } from '../../transport/resource';
import { Card, EmptyState, ErrorState, Loading, PageShell } from '../../ui';
import { MaterialList } from '../../ui/plan';
import classes from './Home.module.css';
import { splitSessions } from './split';

const POLL_MS = 15_000;

export default function HomePage() {
  const { t } = useTranslation('home');
  const user = useUser();
  const sessions = useResource<Session[]>('/sessions', { pollMs: POLL_MS });
  const recordings = useResource<RecordingPage>('/recordings', {
    query: { limit: 4 },
    pollMs: POLL_MS,
  });
  const hosts = user?.role !== 'learner';
  const { live, upcoming } = splitSessions(sessions.data ?? []);
  return (
    <PageShell title={t('title')}>
      <Group justify="space-between" mb="md">
        <Title order={1} size="h2">
          {t('greeting', { name: user?.name ?? '' })}
        </Title>
        {hosts && (
          <Button component={Link} href="/sessions/new" leftSection={<IconPlus size={18} />}>
            {t('new')}
          </Button>
        )}
      </Group>
      <Stack gap="xl">
        {live.length > 0 && (
          <section aria-labelledby="live">
            <Title order={2} size="h4" id="live" mb="sm">
              {t('live')}
            </Title>
            <SessionList sessions={live} />
          </section>
        )}
        <section aria-labelledby="upcoming">
          <Title order={2} size="h4" id="upcoming" mb="sm">
            {t('upcoming')}
          </Title>
          {sessions.error && !sessions.data ? (
            <ErrorState error={sessions.error} onRetry={sessions.reload} />
          ) : !sessions.data ? (
            <Loading rows={2} />
          ) : upcoming.length > 0 ? (
            <SessionList sessions={upcoming} />
          ) : (
            <Card>
              <EmptyState
                icon={<IconCalendarEvent size={28} />}
                title={hosts ? t('noneHost') : t('noneLearner')}
                hint={hosts ? t('noneHostHint') : t('noneLearnerHint')}
                action={
                  hosts && (
                    <Button component={Link} href="/sessions/new" variant="light">
                      {t('new')}
                    </Button>
                  )
                }
              />
            </Card>
          )}
        </section>
        <section aria-labelledby="recordings">
          <Group justify="space-between" mb="sm">
            <Title order={2} size="h4" id="recordings">
              {t('recordings')}
            </Title>
            {(recordings.data?.total ?? 0) > 0 && (
              <Button component={Link} href="/library" variant="subtle" size="compact-md">
                {t('allRecordings')}
              </Button>
            )}
          </Group>
          {recordings.error && !recordings.data ? (
            <ErrorState error={recordings.error} onRetry={recordings.reload} />
          ) : !recordings.data ? (
            <Loading rows={1} height={180} />
          ) : recordings.data.recordings.length > 0 ? (
            <div className={classes.grid}>
              {recordings.data.recordings.map((recording) => (
                <RecordingCard key={recording.recording_id} recording={recording} />
              ))}
            </div>
          ) : (
            <Card>
              <EmptyState
                icon={<IconMovie size={28} />}
                title={t('noRecordings')}
                hint={t('noRecordingsHint')}
              />
            </Card>
          )}
        </section>
      </Stack>
    </PageShell>
  );
}

function SessionList({ sessions }: { sessions: Session[] }) {
  return (
    <Stack gap="sm">
      {sessions.map((session) => (
        <SessionCard key={session.session_id} session={session} />
      ))}
    </Stack>
  );
}

function SessionCard({ session }: { session: Session }) {
  const { t } = useTranslation('home');
  const isLive = session.state === 'live';
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const when = session.starts_at ? formatDateTime(session.starts_at, zone) : t('unscheduled');
  return (
    <Card component="article" className={classes.row} data-session={session.session_id}>
      <div className={classes.body}>
        <Group gap="xs">
          <Text fw={650}>{session.title}</Text>
          {isLive && (
            <Badge
              variant="light"
              color="coral"
              c="var(--rp-bad-text)"
              tt="none"
              leftSection={<IconBroadcast size={13} aria-hidden />}
            >
              {t('here', { count: session.present_count })}
            </Badge>
          )}
          {session.is_facilitator && (
            <Badge variant="light" tt="none">
              {t('yours')}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {[
            session.course_title,
            session.facilitator_names.join(', '),
            isLive ? null : when,
            t('minutes', { count: session.duration_min }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </Text>
        {session.material_count > 0 && !session.is_facilitator && (
          <Prepare session={session} />
        )}
      </div>
      {session.is_facilitator && (
        <ActionIcon
          component={Link}
          href={`/sessions/${session.session_id}/edit`}
          variant="default"
          size={38}
          aria-label={t('edit', { title: session.title })}
        >
          <IconEdit size={18} />
        </ActionIcon>
      )}
      <Button
        component={Link}
        href={`/sessions/${session.session_id}`}
        variant={isLive ? 'filled' : 'light'}
      >
        {isLive ? t('join') : session.is_facilitator ? t('start') : t('open')}
      </Button>
    </Card>
  );
}

/** What to look at first, opened and ticked right here. */
function Prepare({ session }: { session: Session }) {
  const { t } = useTranslation('plan');
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="subtle"
        size="compact-sm"
        px={0}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        leftSection={<IconBook2 size={16} aria-hidden />}
      >
        {t('prepared', {
          done: session.material_done_count,
          count: session.material_count,
        })}
      </Button>
      {isOpen && <MaterialList sessionId={session.session_id} />}
    </>
  );
}

function RecordingCard({ recording }: { recording: RecordingSummary }) {
  const { t } = useTranslation('home');
  return (
    <Card component="article" p={0}>
      <Link href={`/recordings/${recording.recording_id}`} className={classes.recording}>
        <div className={classes.thumb}>
          {recording.thumbnail ? (
            <img src={recording.thumbnail} alt="" loading="lazy" />
          ) : (
            <IconMovie size={32} aria-hidden />
          )}
        </div>
        <div style={{ padding: 14 }}>
          <div className={classes.title}>{recording.title}</div>
          <Text size="sm" c="dimmed" component="div">
            {[
              formatDate(recording.recorded_at),
              recording.duration_ms === null ? null : formatClock(recording.duration_ms),
              recording.chapter_count > 0
                ? t('chapters', { count: recording.chapter_count })
                : null,
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
          {recording.stage !== 'published' && (
            <Badge mt={6} variant="light" tt="none">
              {t(`stage.${recording.stage}`)}
            </Badge>
          )}
        </div>
      </Link>
    </Card>
  );
}
