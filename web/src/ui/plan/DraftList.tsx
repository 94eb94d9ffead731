import { ActionIcon, Alert, Button, Group } from '@mantine/core';
import { IconGripVertical, IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useErrorText } from '../States';
import classes from './plan.module.css';
import { moved } from './progress';
import { useReorder } from './useReorder';

interface Row<T> {
  /** of the row on the page; new ones have no id of the server's yet */
  key: number;
  entry: T;
}

let lastKey = 0;
const rowOf = <T,>(entry: T): Row<T> => ({ key: (lastKey += 1), entry });

interface Props<T> {
  /** What is saved, and which revision that is. */
  saved: T[];
  revision: number;
  label: string;
  most: number;
  titleOf: (entry: T) => string;
  /** The fields of one, and the button that removes it where it belongs among them. */
  fields: (entry: T, at: number, set: (part: Partial<T>) => void, remove: ReactNode) => ReactNode;
  canRemove?: (entry: T) => boolean;
  /** What "add" adds. */
  blank: T;
  addLabel: string;
  emptyHint?: ReactNode;
  /** What is saved of the draft, or in words why it cannot be. */
  ready: (draft: T[]) => T[] | string;
  /** Rejects with what went wrong. */
  onSave: (entries: T[], revision: number) => Promise<void>;
}

/**
 * A list as a draft of this page: saved as a whole, on the revision it was made from. When somebody
 * else has saved meanwhile, both are kept until one is chosen.
 */
export function DraftList<T>(props: Props<T>) {
  const { saved, revision, label, most, titleOf, fields, canRemove, blank, ready, onSave } = props;
  const { t } = useTranslation('plan');
  const { t: common } = useTranslation();
  const errorText = useErrorText();
  const [draft, setDraft] = useState<Row<T>[] | null>(null);
  const [base, setBase] = useState(revision);
  const [error, setError] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [shown, setShown] = useState(() => ({ revision, rows: saved.map(rowOf) }));
  if (draft === null && shown.revision !== revision) {
    setShown({ revision, rows: saved.map(rowOf) });
  }
  const rows = draft ?? shown.rows;
  const isOld = draft !== null && base !== revision;

  function change(next: Row<T>[]) {
    if (draft === null) setBase(revision);
    setDraft(next);
    setError(null);
  }
  const { list, handle, row } = useReorder(rows.length, (from, to) => {
    const title = rows[from] === undefined ? '' : titleOf(rows[from].entry);
    setSaid(t('movedTo', { title, place: to + 1, count: rows.length }));
    change(moved(rows, from, to));
  });

  async function save() {
    const entries = ready(rows.map((one) => one.entry));
    if (typeof entries === 'string') return setError(entries);
    setBusy(true);
    setError(null);
    try {
      await onSave(entries, isOld ? revision : base);
      setDraft(null);
      setShown({ revision, rows: entries.map(rowOf) });
    } catch (reason) {
      setError(errorText(reason));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {rows.length === 0 && props.emptyHint}
      <ol className={classes.list} ref={list} aria-label={label}>
        {rows.map(({ key, entry }, at) => (
          <li key={key} className={classes.row} {...row(at)}>
            <button
              type="button"
              className={classes.handle}
              data-handle
              aria-label={t('moveEntry', { title: titleOf(entry), place: at + 1 })}
              title={t('moveHint')}
              {...handle(at)}
            >
              <IconGripVertical size={18} aria-hidden />
            </button>
            {fields(
              entry,
              at,
              (part) =>
                change(
                  rows.map((one) => (one.key === key ? { key, entry: { ...entry, ...part } } : one)),
                ),
              <ActionIcon
                variant="subtle"
                color="gray"
                size={36}
                aria-label={t('removeEntry', { title: titleOf(entry) })}
                disabled={canRemove !== undefined && !canRemove(entry)}
                onClick={() => change(rows.filter((one) => one.key !== key))}
              >
                <IconTrash size={18} />
              </ActionIcon>,
            )}
          </li>
        ))}
      </ol>
      <div className="sr-only" aria-live="polite">
        {said}
      </div>
      {isOld && (
        <Alert mt="sm" color="yellow" role="status">
          {t('changedByOthers')}{' '}
          <Button size="compact-sm" variant="subtle" onClick={() => setDraft(null)}>
            {t('takeTheirs')}
          </Button>
        </Alert>
      )}
      {error && (
        <Alert mt="sm" color="coral" role="alert" styles={{ message: { color: 'var(--rp-bad-text)' } }}>
          {error}
        </Alert>
      )}
      <Group mt="sm" justify="space-between">
        <Button
          type="button"
          variant="light"
          leftSection={<IconPlus size={18} />}
          disabled={rows.length >= most}
          onClick={() => change([...rows, rowOf(blank)])}
        >
          {props.addLabel}
        </Button>
        {draft !== null && (
          <Group gap="xs">
            <Button type="button" variant="subtle" onClick={() => setDraft(null)}>
              {common('action.cancel')}
            </Button>
            <Button type="submit" loading={isBusy}>
              {isOld ? t('saveMine') : common('action.save')}
            </Button>
          </Group>
        )}
      </Group>
    </form>
  );
}
