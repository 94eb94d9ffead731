import { ActionIcon, Alert, Button, Group, TextInput } from '@mantine/core';
import { IconGripVertical, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { ObjectivesView, PlannedObjective } from '../../protocol';
import { useErrorText } from '../States';
import classes from './plan.module.css';
import { moved } from './progress';
import { useReorder } from './useReorder';

interface Entry extends PlannedObjective {
  key: number;
}

let lastKey = 0;
const entryOf = (planned: PlannedObjective): Entry => ({ ...planned, key: (lastKey += 1) });

const entriesOf = (objectives: ObjectivesView): Entry[] =>
  objectives.items.map(({ objective_id, text }) => entryOf({ objective_id, text }));

const plannedOf = ({ objective_id, text }: Entry): PlannedObjective => ({ objective_id, text });

interface Props {
  objectives: ObjectivesView;
  onSave: (objectives: PlannedObjective[], revision: number) => Promise<void>;
}

/** What learners shall know or be able to do afterwards. */
export function ObjectivesEditor({ objectives, onSave }: Props) {
  const { t } = useTranslation('plan');
  const { t: common } = useTranslation();
  const errorText = useErrorText();
  const [draft, setDraft] = useState<Entry[] | null>(null);
  const [base, setBase] = useState(objectives.revision);
  const [error, setError] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [shown, setShown] = useState(() => ({ of: objectives, entries: entriesOf(objectives) }));
  if (draft === null && shown.of.revision !== objectives.revision) {
    setShown({ of: objectives, entries: entriesOf(objectives) });
  }
  const entries = draft ?? shown.entries;
  const change = (next: Entry[]) => {
    if (draft === null) setBase(objectives.revision);
    setDraft(next);
    setError(null);
  };
  const { list, handle, row } = useReorder(entries.length, (from, to) => {
    setSaid(t('movedTo', { title: entries[from]?.text ?? '', place: to + 1, count: entries.length }));
    change(moved(entries, from, to));
  });

  async function save() {
    setBusy(true);
    setError(null);
    try {
      const filled = entries.filter((one) => one.text.trim() !== '');
      await onSave(
        filled.map(plannedOf),
        base,
      );
      setDraft(null);
      setShown({ of: objectives, entries: filled });
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
      <ol className={classes.list} ref={list} aria-label={t('objectives')}>
        {entries.map((one, at) => (
          <li key={one.key} className={classes.row} {...row(at)}>
            <button
              type="button"
              className={classes.handle}
              data-handle
              aria-label={t('moveEntry', { title: one.text, place: at + 1 })}
              title={t('moveHint')}
              {...handle(at)}
            >
              <IconGripVertical size={18} aria-hidden />
            </button>
            <TextInput
              className={classes.title}
              aria-label={t('objective', { place: at + 1 })}
              value={one.text}
              maxLength={200}
              onChange={(event) => {
                const text = event.currentTarget.value;
                change(entries.map((old, index) => (index === at ? { ...old, text } : old)));
              }}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={t('removeEntry', { title: one.text })}
              onClick={() => change(entries.filter((_, index) => index !== at))}
            >
              <IconTrash size={18} />
            </ActionIcon>
          </li>
        ))}
      </ol>
      <div className="sr-only" aria-live="polite">
        {said}
      </div>
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
          disabled={entries.length >= 20}
          onClick={() => change([...entries, entryOf({ text: '' })])}
        >
          {t('addObjective')}
        </Button>
        {draft !== null && (
          <Group gap="xs">
            <Button type="button" variant="subtle" onClick={() => setDraft(null)}>
              {common('action.cancel')}
            </Button>
            <Button type="submit" loading={isBusy}>
              {common('action.save')}
            </Button>
          </Group>
        )}
      </Group>
    </form>
  );
}
