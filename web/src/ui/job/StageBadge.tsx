import { useTranslation } from 'react-i18next';

import type { RecordingStage } from '../../protocol';
import classes from './StageBadge.module.css';
import { overall } from './state';
import { useJob } from './useJob';

interface Props {
  recordingId: string;
  stage: RecordingStage;
  /** Called when the server says the recording is in another stage by now. */
  onStage?: (stage: RecordingStage) => void;
}

/** A recording's stage; while it is in work, with the share that is done. */
export function StageBadge({ recordingId, stage, onStage }: Props) {
  const { t } = useTranslation('processing');
  const isInWork = stage === 'processing' || stage === 'provisional';
  const { job } = useJob(isInWork ? recordingId : null, {
    stopsWhenOver: true,
    onChange: (now) => {
      if (now.stage !== stage) onStage?.(now.stage);
    },
  });
  const shown = (isInWork && job?.stage) || stage;
  const share = isInWork && job !== null ? Math.floor(overall(job) * 100) : null;
  return (
    <span className={classes.badge} data-stage={shown}>
      {shown === 'live' && <span className={classes.dot} aria-hidden />}
      {t(`stage.${shown}`)}
      {share !== null && (shown === 'processing' || shown === 'provisional') && (
        <span className={classes.share}>{share} %</span>
      )}
    </span>
  );
}
