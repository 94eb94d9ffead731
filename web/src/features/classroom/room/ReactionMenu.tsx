import { Popover } from '@mantine/core';
import { IconMoodSmile } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { ReactionKind } from '../../../protocol';
import { REACTIONS } from '../actions';
import { useClassroom } from '../context';
import { Emoji } from '../emoji/Emoji';
import { isLocked, isObserver } from '../selectors';
import { useSession } from '../store';
import toolbar from '../Toolbar.module.css';
import classes from './room.module.css';

const kindOf = (name: string) => name.replace('react-', '') as ReactionKind;

export function ReactionMenu() {
  const { t } = useTranslation(['classroom', 'room', 'plan']);
  const classroom = useClassroom();
  const isOff = useSession((session) => isLocked(session, 'reactions'));
  const watches = useSession(isObserver);
  const [isOpen, setOpen] = useState(false);
  if (watches) return null;
  return (
    <Popover opened={isOpen} onChange={setOpen} position="top" trapFocus>
      <Popover.Target>
        <button
          type="button"
          className={toolbar.action}
          disabled={isOff}
          title={isOff ? t('room:reactions.off') : t('room:reactions.send')}
          aria-expanded={isOpen}
          data-action="react"
          onClick={() => setOpen(!isOpen)}
        >
          <span className={toolbar.icon}>
            <IconMoodSmile size={20} aria-hidden />
          </span>
          <span aria-hidden>{t('room:reactions.short')}</span>
          <span className="sr-only">{t('room:reactions.send')}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown p={8}>
        <div className={classes.choices} role="group" aria-label={t('room:reactions.title')}>
          {REACTIONS.map((action) => (
            <button
              key={action.name}
              type="button"
              className={classes.choice}
              aria-label={t(action.short)}
              title={t(action.short)}
              onClick={() => {
                setOpen(false);
                action.perform(classroom);
              }}
            >
              <Emoji name={kindOf(action.name)} size={26} />
            </button>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
