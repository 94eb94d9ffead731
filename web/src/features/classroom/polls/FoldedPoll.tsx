import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { PollView } from '../../../protocol';
import { PollCard } from './PollCard';
import classes from './Polls.module.css';
import { leadingRow } from './results';

/** A poll that is over: its question and what came of it in a line, the rest on demand. */
export function FoldedPoll({ poll, onAgain }: { poll: PollView; onAgain: () => void }) {
  const { t } = useTranslation('classroom');
  const [isOpen, setOpen] = useState(false);
  const leading = leadingRow(poll);
  const line = [
    t('poll.answeredOnly', { count: poll.voted_count }),
    leading &&
      `${leading.label}: ${t('poll.percent', { percent: Math.round(leading.share * 100) })}`,
  ];
  return (
    <details
      className={classes.folded}
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <span className={classes.foldedText}>
          <span className={classes.question}>{poll.question}</span>
          <span className={classes.note}>{line.filter(Boolean).join(' · ')}</span>
        </span>
        <IconChevronDown size={18} aria-hidden />
      </summary>
      {isOpen && <PollCard poll={poll} onAgain={onAgain} isTitled={false} />}
    </details>
  );
}
