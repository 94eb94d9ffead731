import { Kbd, Modal, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { Action } from '../action';
import { ALL_ACTIONS } from '../actions';
import { shortcutText } from '../keys';
import { useClassroom } from '../context';
import { usePage } from '../store';
import { matches } from './match';
import classes from './palette.module.css';

/** Ctrl+K: everything that can be done now, by name. */
export function CommandPalette() {
  const { t } = useTranslation('room');
  const classroom = useClassroom();
  const opened = usePage((state) => state.dialog === 'palette');
  const close = () => classroom.store.setState({ dialog: null });
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('palette.title')}
      withCloseButton={false}
      yOffset="10vh"
      padding="md"
    >
      <Palette
        onPick={(action) => {
          close();
          // After the dialog has given the focus back: the action may open one of its own.
          window.setTimeout(() => action.perform(classroom));
        }}
      />
    </Modal>
  );
}

function Palette({ onPick }: { onPick: (action: Action) => void }) {
  const { t } = useTranslation(['classroom', 'room', 'plan']);
  const page = usePage((state) => state);
  const [query, setQuery] = useState('');
  const [marked, setMarked] = useState(0);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const found = ALL_ACTIONS.filter(
    (action) =>
      action.name !== 'palette' &&
      action.isAvailable(page) &&
      matches(t(action.label(page)), query),
  );
  const at = Math.min(marked, Math.max(0, found.length - 1));
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  function onKey(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      setMarked((at + step + found.length) % found.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const action = found[at];
      if (action) onPick(action);
    }
  }

  return (
    <>
      <TextInput
        data-autofocus
        leftSection={<IconSearch size={17} aria-hidden />}
        value={query}
        aria-label={t('room:palette.search')}
        placeholder={t('room:palette.search')}
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls={found.length > 0 ? id : undefined}
        aria-activedescendant={found[at] ? `${id}-${found[at].name}` : undefined}
        autoComplete="off"
        onKeyDown={onKey}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setMarked(0);
        }}
      />
      {found.length === 0 && (
        <p className={classes.none} role="status">
          {t('room:palette.none')}
        </p>
      )}
      {found.length > 0 && (
      <ul
        ref={list}
        id={id}
        className={classes.list}
        role="listbox"
        aria-label={t('room:palette.results')}
      >
        {found.map((action, index) => {
          const keys = shortcutText(action);
          return (
            <li
              key={action.name}
              id={`${id}-${action.name}`}
              role="option"
              aria-selected={index === at}
              className={classes.option}
              onMouseMove={() => setMarked(index)}
              onClick={() => onPick(action)}
            >
              <span>{t(action.label(page))}</span>
              {keys && <Kbd size="xs">{keys}</Kbd>}
            </li>
          );
        })}
      </ul>
      )}
    </>
  );
}
