import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconChartDots, IconDownload, IconKeyboard, IconListCheck, IconShare3 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';

import { formatClock, formatDate } from '../../i18n';
import type { Recording } from '../../protocol';
import { Avatar, toast } from '../../ui';
import { copyText } from '../../ui/copy';
import { StageBadge } from '../../ui/job/StageBadge';
import { momentPath } from '../../ui/media/time';
import { usePlayer } from './player';
import classes from './RecordingPage.module.css';

interface Props {
  recording: Recording;
  draftCount: number;
  onShowHelp: () => void;
}

export function TitleRow({ recording, draftCount, onShowHelp }: Props) {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const { summary } = recording;

  const share = async (): Promise<void> => {
    const atMs = player.state.timeMs;
    const link = new URL(momentPath(summary.recording_id, atMs), window.location.origin).href;
    const isCopied = await copyText(link);
    toast(
      isCopied ? t('share.copied', { time: formatClock(atMs) }) : t('share.byHand', { link }),
      { tone: isCopied ? 'good' : 'plain' },
    );
  };

  return (
    <div className={classes.titleRow}>
      <div className={classes.titleText}>
        <h1>{summary.title}</h1>
        <div className={classes.facts}>
          {summary.facilitator_names.map((name) => (
            <span key={name} className={classes.person}>
              <Avatar name={name} size={24} />
              <b>{name}</b>
            </span>
          ))}
          <time dateTime={summary.recorded_at}>{formatDate(summary.recorded_at)}</time>
          <span>{t('tookPart', { count: summary.participant_count })}</span>
          {summary.stage !== 'published' && (
            <Link href={`/recordings/${summary.recording_id}/processing`} className={classes.stageLink}>
              <StageBadge recordingId={summary.recording_id} stage={summary.stage} />
            </Link>
          )}
        </div>
      </div>
      <div className={classes.actions}>
        {summary.can_edit && (
          <Button
            component={Link}
            href={`/sessions/${summary.session_id}/dashboard`}
            variant="default"
            leftSection={<IconChartDots size={18} />}
          >
            {t('dashboard')}
          </Button>
        )}
        {summary.can_edit && draftCount > 0 && (
          <Button
            component={Link}
            href={`/recordings/${summary.recording_id}/review`}
            variant="default"
            leftSection={<IconListCheck size={18} />}
          >
            {t('quiz.reviewCount', { count: draftCount })}
          </Button>
        )}
        <Tooltip label={t('shortcuts.title')}>
          <ActionIcon
            className={classes.keyboard}
            variant="default"
            size={38}
            aria-label={t('shortcuts.title')}
            onClick={onShowHelp}
          >
            <IconKeyboard size={19} />
          </ActionIcon>
        </Tooltip>
        {recording.download_url && (
          <Tooltip label={t('download')}>
            <ActionIcon
              component="a"
              href={recording.download_url}
              download
              variant="default"
              size={38}
              aria-label={t('download')}
            >
              <IconDownload size={19} />
            </ActionIcon>
          </Tooltip>
        )}
        <Button
          variant="light"
          h={38}
          leftSection={<IconShare3 size={18} />}
          onClick={() => void share()}
        >
          {t('share.moment')}
        </Button>
      </div>
    </div>
  );
}
