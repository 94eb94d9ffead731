import {
  ActionIcon, Alert, Button, Group, NativeSelect, NumberInput, Text, TextInput,
} from '@mantine/core';
import { IconGripVertical, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { ActivityKind, AgendaView, PlannedActivity } from '../../protocol';
import { useErrorText } from '../States';
import { KINDS } from './KindIcon';
import classes from './plan.module.css';
import { hasBegun, moved } from './progress';
import { useReorder } from './useReorder';

interface Entry extends PlannedActivity {
  /** of the row on the page; new ones have no id of the server's yet */
  key: number;
}

let lastKey = 0;
const entryOf = (planned: PlannedActivity): Entry => ({ ...planned, key: (lastKey += 1) });

const entriesOf = (agenda: AgendaView): Entry[] =>
  agenda.activities.map(({ activity_id, title, kind, minutes, note }) =>
    entryOf({ activity_id, title, kind, minutes, note }),
  );

const plannedOf = ({ activity_id, title, kind, minutes, note }: Entry): PlannedActivity => ({
  activity_id,
  title,
  kind,
  minutes,
  note,
});

interface Props {
  agenda: AgendaView;
  /** Rejects with what went wrong. */
  onSave: (activities: PlannedActivity[], revision: number) => Promise<void>;
}

/**
 * The agenda as a draft of this page: saved as a whole, on the revision it was made from. When
 * somebody else has saved meanwhile, both are kept until one is chosen.
 */
export function AgendaEditor({ agenda, onSave }: Props) {
  const { t } = useTranslation('plan');
  const { t: common } = useTranslation();
  const errorText = useErrorText();
  const [draft, setDraft] = useState<Entry[] | null>(null);
  const [base, setBase] = useState(agenda.revision);
  const [error, setError] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [shown, setShown] = useState(() => ({ of: agenda, entries: entriesOf(agenda) }));
  if (draft === null && shown.of.revision !== agenda.revision) {
    setShown({ of: agenda, entries: entriesOf(agenda) });
  }
  const entries = draft ?? shown.entries;
  const isOld = draft !== null && base !== agenda.revision;

  function change(next: Entry[]) {
    if (draft === null) setBase(agenda.revision);
    setDraft(next);
    setError(null);
  }
  const set = (at: number, part: Partial<PlannedActivity>) =>
    change(entries.map((one, index) => (index === at ? { ...one, ...part } : one)));
  const move = (from: number, to: number) => {
    setSaid(t('movedTo', { title: entries[from]?.title ?? '', place: to + 1, count: entries.length }));
    change(moved(entries, from, to));
  };
  const { list, handle, row } = useReorder(entries.length, move);

  async function save() {
    if (entries.some((one) => one.title.trim() === '')) return setError(t('needsTitle'));
    setBusy(true);
    setError(null);
    try {
      await onSave(
        entries.map(plannedOf),
        isOld ? agenda.revision : base,
      );
      setDraft(null);
      setShown({ of: agenda, entries });
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
      {entries.length === 0 && (
        <Text size="sm" c="dimmed" mb="sm">
          {t('noAgendaHint')}
        </Text>
      )}
      <ol className={classes.list} ref={list} aria-label={t('agenda')}>
        {entries.map((one, at) => (
          <li key={one.key} className={classes.row} {...row(at)}>
            <button
              type="button"
              className={classes.handle}
              data-handle
              aria-label={t('moveEntry', { title: one.title, place: at + 1 })}
              title={t('moveHint')}
              {...handle(at)}
            >
              <IconGripVertical size={18} aria-hidden />
            </button>
            <TextInput
              className={classes.title}
              label={t('title')}
              value={one.title}
              maxLength={120}
              required
              onChange={(event) => set(at, { title: event.currentTarget.value })}
            />
            <NativeSelect
              className={classes.kind}
              label={t('kindLabel')}
              value={one.kind}
              data={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
              onChange={(event) => set(at, { kind: event.currentTarget.value as ActivityKind })}
            />
            <NumberInput
              className={classes.minutes}
              label={t('minutesLabel')}
              value={one.minutes}
              min={1}
              max={240}
              allowDecimal={false}
              clampBehavior="strict"
              onChange={(value) => set(at, { minutes: Math.max(1, Number(value) || 1) })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={t('removeEntry', { title: one.title })}
              disabled={one.activity_id != null && hasBegun(agenda, one.activity_id)}
              onClick={() => change(entries.filter((_, index) => index !== at))}
            >
              <IconTrash size={18} />
            </ActionIcon>
            <TextInput
              className={classes.note}
              label={t('note')}
              value={one.note ?? ''}
              maxLength={500}
              onChange={(event) => set(at, { note: event.currentTarget.value })}
            />
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
          disabled={entries.length >= 50}
          onClick={() =>
            change([...entries, entryOf({ title: '', kind: 'talk', minutes: 10, note: '' })])
          }
        >
          {t('addEntry')}
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
