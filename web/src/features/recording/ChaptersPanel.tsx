import { IconHourglass, IconListDetails } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import type { Chapter, Recording, TimelineMark } from '../../protocol';
import { EmptyState } from '../../ui';
import { activityIn } from './moments';
import { fractionOf } from './seek';
import classes from './ChaptersPanel.module.css';
import { usePlayer, usePlayerState } from './player';

interface Props {
  recording: Recording;
  isInWork: boolean;
}

export function ChaptersPanel({ recording, isInWork }: Props) {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const { chapters } = recording;
  const currentAt = usePlayerState((state) =>
    chapters.findLastIndex((chapter) => chapter.start_ms <= state.timeMs),
  );
  if (chapters.length === 0) {
    return (
      <EmptyState
        icon={isInWork ? <IconHourglass size={28} /> : <IconListDetails size={28} />}
        title={t(isInWork ? 'chapters.later' : 'chapters.none')}
        hint={t(isInWork ? 'chapters.laterHint' : 'chapters.noneHint')}
      />
    );
  }
  return (
    <ol className={classes.list} tabIndex={-1}>
      {chapters.map((chapter, index) => (
        <li key={chapter.chapter_id}>
          <button
            type="button"
            className={classes.row}
            aria-current={index === currentAt || undefined}
            onClick={() => player.seek(chapter.start_ms)}
          >
            <span className={classes.picture}>
              {chapter.thumbnail ? (
                <img src={chapter.thumbnail} alt="" loading="lazy" />
              ) : (
                <span className={classes.number}>{index + 1}</span>
              )}
              <Seen from={chapter.start_ms} to={chapter.end_ms} />
            </span>
            <span className={classes.text}>
              <b>{chapter.title}</b>
              <span>
                {[formatClock(chapter.start_ms), ...chapter.speaker_names.slice(0, 3)].join(' · ')}
              </span>
              <Activity chapter={chapter} marks={recording.marks} />
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** What of the agenda went on there, unless the chapter is called so. */
function Activity({ chapter, marks }: { chapter: Chapter; marks: TimelineMark[] }) {
  const { t } = useTranslation('recording');
  const title = activityIn(chapter, marks);
  if (title === null || title === chapter.title) return null;
  return <span>{t('chapters.activity', { title })}</span>;
}

/** How much of a chapter has been seen, along its picture's lower edge. */
function Seen({ from, to }: { from: number; to: number }) {
  const share = usePlayerState((state) =>
    Math.round(fractionOf(Math.max(0, state.furthestMs - from), to - from) * 100),
  );
  return <span className={classes.seen} style={{ width: `${share}%` }} />;
}
