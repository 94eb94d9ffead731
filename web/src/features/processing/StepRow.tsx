import { Progress } from '@mantine/core';
import {
  IconAlertTriangle, IconCheck, IconCircleDashed, IconLoader2, IconPlayerSkipForward,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import type { Step } from '../../protocol';
import { secondsOf } from '../../ui/job/state';
import classes from './ProcessingPage.module.css';

const ICONS: Readonly<Record<Step['state'], ReactNode>> = {
  waiting: <IconCircleDashed size={20} />,
  running: <IconLoader2 size={20} className={classes.spin} />,
  done: <IconCheck size={20} />,
  failed: <IconAlertTriangle size={20} />,
  skipped: <IconPlayerSkipForward size={20} />,
};

export function StepRow({ step }: { step: Step }) {
  const { t } = useTranslation('processing');
  const seconds = secondsOf(step, Date.now());
  return (
    <li className={classes.step} data-state={step.state} aria-current={step.state === 'running' ? 'step' : undefined}>
      <span className={classes.stepIcon}>
        {ICONS[step.state]}
        <span className="sr-only">{t(`state.${step.state}`)}</span>
      </span>
      <span className={classes.stepText}>
        <b>{t(`step.${step.name}`)}</b>
        <span>{step.state === 'running' && step.detail ? step.detail : t(`about.${step.name}`)}</span>
        {step.state === 'running' && (
          <Progress
            value={step.progress * 100}
            size="xs"
            mt={4}
            aria-label={t(`step.${step.name}`)}
          />
        )}
      </span>
      <span className={classes.stepTime}>
        {step.state === 'running' && `${Math.floor(step.progress * 100)} %`}
        {step.state === 'done' && seconds !== null
          && (seconds < 10 ? t('seconds', { value: seconds.toFixed(1) }) : formatClock(seconds * 1000))}
      </span>
    </li>
  );
}
