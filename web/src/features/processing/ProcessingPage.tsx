import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconPlayerPlay, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';

import { formatClock } from '../../i18n';
import type { Job, Recording } from '../../protocol';
import { http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import { Card, ErrorState, Loading, PageShell, toast, useErrorText } from '../../ui';
import { StageBadge } from '../../ui/job/StageBadge';
import { failedStep, isNowWatchable, overall, runningSteps } from '../../ui/job/state';
import { useJob } from '../../ui/job/useJob';
import classes from './ProcessingPage.module.css';
import { StepRow } from './StepRow';

export default function ProcessingPage({ recordingId }: { recordingId: string }) {
  const { t } = useTranslation('processing');
  const [, navigate] = useLocation();
  const { data: recording } = useResource<Recording>(`/recordings/${recordingId}`);
  const { job, error, refresh } = useJob(recordingId, {
    onChange: (now, before) => {
      if (isNowWatchable(before, now)) navigate(`/recordings/${recordingId}`, { replace: true });
    },
  });
  const title = recording?.summary.title ?? t('title');
  return (
    <PageShell title={title} maxWidth={760}>
      {job === null ? (
        error ? <ErrorState error={error} onRetry={refresh} /> : <Loading rows={4} />
      ) : (
        <Progressing job={job} title={title} isAway={error !== null} refresh={refresh} />
      )}
    </PageShell>
  );
}

interface Props {
  job: Job;
  title: string;
  /** The last question failed; what is shown may be old. */
  isAway: boolean;
  refresh: () => void;
}

function Progressing({ job, title, isAway, refresh }: Props) {
  const { t } = useTranslation('processing');
  const path = `/recordings/${job.recording_id}`;
  const share = overall(job);
  const failed = failedStep(job);
  const isWatchable = job.stage === 'provisional' || job.stage === 'published';
  const now = runningSteps(job)[0];
  return (
    <Stack gap="lg" pt="md">
      <div>
        <Group gap="sm" mb={6}>
          <StageBadge recordingId={job.recording_id} stage={job.stage} />
          {job.attempt > 1 && <Text size="sm" c="dimmed">{t('attempt', { count: job.attempt })}</Text>}
        </Group>
        <h1 className={classes.title}>{title}</h1>
        <Text c="dimmed">{t(`lead.${job.stage}`)}</Text>
      </div>

      <Card p="lg">
        <Group justify="space-between" align="baseline" mb={8}>
          <Text fw={650} component="p" m={0}>
            {failed
              ? t('stoppedAt', { step: t(`step.${failed.name}`) })
              : job.stage === 'published'
                ? t('allDone')
                : now
                  ? t(`doing.${now.name}`)
                  : t('queued')}
          </Text>
          <Text className={classes.percent}>{Math.floor(share * 100)} %</Text>
        </Group>
        <Progress
          value={share * 100}
          size="lg"
          radius="xl"
          color={failed ? 'coral' : job.stage === 'published' ? 'teal' : 'indigo'}
          aria-label={t('progress')}
          striped={now !== undefined}
          animated={now !== undefined}
        />
        <Group justify="space-between" mt={8} mih={22}>
          <Text size="sm" c="dimmed">{now?.detail ?? ''}</Text>
          <Text size="sm" c="dimmed">
            {isAway
              ? t('away')
              : job.eta_s !== null && now
                ? t('eta', { time: formatClock(Math.max(1000, job.eta_s * 1000)) })
                : ''}
          </Text>
        </Group>
        {failed && <Failure job={job} refresh={refresh} />}
        {isWatchable && (
          <Button component={Link} href={path} mt="sm" leftSection={<IconPlayerPlay size={18} />}>
            {t(job.stage === 'published' ? 'watch' : 'watchProvisional')}
          </Button>
        )}
      </Card>

      <Card component="section" p="lg" aria-label={t('steps')}>
        <ol className={classes.steps}>
          {job.steps.map((step) => (
            <StepRow key={step.name} step={step} />
          ))}
        </ol>
      </Card>
      {job.stage !== 'published' && (
        <Text size="sm" c="dimmed" ta="center">{t('leave')}</Text>
      )}
    </Stack>
  );
}

function Failure({ job, refresh }: { job: Job; refresh: () => void }) {
  const { t } = useTranslation('processing');
  const errorText = useErrorText();
  const [isBusy, setBusy] = useState(false);
  const failed = failedStep(job);
  const retry = (): void => {
    setBusy(true);
    http
      .post<Job>(`/recordings/${job.recording_id}/retry`)
      .then(refresh)
      .catch((reason: unknown) => toast(errorText(reason), { tone: 'bad' }))
      .finally(() => setBusy(false));
  };
  return (
    <div className={classes.failure} role="alert">
      <b>{t('cause')}</b>
      <p>{failed?.error ?? t('unknownCause')}</p>
      {job.can_retry ? (
        <Button
          size="sm"
          loading={isBusy}
          leftSection={<IconRefresh size={16} />}
          onClick={retry}
        >
          {t('retry')}
        </Button>
      ) : (
        <p>{t('askFacilitator')}</p>
      )}
    </div>
  );
}
