import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { CreatePoll } from '../../../protocol';
import { useClassroom } from '../context';
import classes from './Polls.module.css';

/** One click, and the class is asked. */
export function QuickPolls() {
  const { t } = useTranslation('polls');
  const classroom = useClassroom();
  const quick: { label: string; poll: Omit<CreatePoll, 'type' | 'opens'> }[] = [
    {
      label: t('quick.yesNo'),
      poll: {
        question: t('quick.yesNoQuestion'),
        options: [t('quick.yes'), t('quick.no')],
      },
    },
    {
      label: t('quick.thumbs'),
      poll: {
        question: t('quick.thumbsQuestion'),
        options: [t('quick.up'), t('quick.down')],
      },
    },
    {
      label: t('quick.letters'),
      poll: {
        question: t('quick.lettersQuestion'),
        options: ['A', 'B', 'C', 'D'],
      },
    },
    {
      label: t('quick.points'),
      poll: {
        question: t('quick.pointsQuestion'),
        kind: 'rating',
        scale: [1, 5],
      },
    },
  ];
  return (
    <div className={classes.quick} role="group" aria-label={t('quick.label')}>
      {quick.map(({ label, poll }) => (
        <Button
          key={label}
          size="xs"
          variant="default"
          onClick={() =>
            void classroom.command({
              type: 'create_poll',
              ...poll,
              opens: true,
            })
          }
        >
          {label}
        </Button>
      ))}
    </div>
  );
}
