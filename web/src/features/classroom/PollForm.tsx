import {
  Button,
  Collapse,
  Group,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
  Textarea,
  Title,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { PollView } from '../../protocol';
import { useClassroom } from './context';
import {
  bodyOf,
  draftOf,
  emptyDraft,
  KINDS,
  LIMITS_S,
  LONGEST,
  LONGEST_EXPLANATION,
  type PollDraft,
  type PollKind,
  troubleOf,
} from './polls/kinds';
import { KindFields } from './polls/KindFields';
import { useSession } from './store';

export function PollForm({
  draft: known,
  start,
  onDone,
}: {
  /** The draft that is edited; null for a new one. */
  draft: PollView | null;
  /** What a new one begins with. */
  start?: PollDraft;
  onDone: () => void;
}) {
  const { t } = useTranslation('classroom');
  const { t: polls } = useTranslation('polls');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const canOpen = useSession((session) => session.state === 'live');
  const [draft, setDraft] = useState(() => (known ? draftOf(known) : (start ?? emptyDraft())));
  const [isShown, setShown] = useState(false);
  const [hasMore, more] = useDisclosure(
    draft.explanation !== '' || draft.limitS !== null || !draft.canChange,
  );
  const trouble = troubleOf(draft);
  const change = (part: Partial<PollDraft>) => setDraft((old) => ({ ...old, ...part }));

  function chooseKind(kind: PollKind) {
    const options =
      kind === 'true_false'
        ? [polls('true'), polls('false')]
        : draft.kind === 'true_false'
          ? ['', '']
          : draft.options;
    const keys = kind === 'multiple' ? draft.keys : draft.keys.slice(0, 1);
    change({ kind, options, keys: keys.filter((key) => key < options.length) });
  }

  async function save(opens: boolean) {
    setShown(true);
    if (trouble) return;
    const body = bodyOf(draft);
    const isSaved = await classroom.command(
      known
        ? { type: 'edit_poll', poll_id: known.poll_id, ...body }
        : { type: 'create_poll', ...body, opens },
    );
    if (!isSaved) return;
    if (known && opens) await classroom.command({ type: 'open_poll', poll_id: known.poll_id });
    onDone();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    void save(false);
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {known ? t('poll.edit') : t('poll.new')}
        </Title>
        <Select
          label={polls('kind')}
          value={draft.kind}
          allowDeselect={false}
          data={KINDS.map((kind) => ({
            value: kind,
            label: polls(`kinds.${kind}`),
          }))}
          onChange={(value) => value && chooseKind(value as PollKind)}
        />
        <TextInput
          label={t('poll.question')}
          value={draft.question}
          maxLength={LONGEST}
          data-autofocus
          onChange={(event) => change({ question: event.currentTarget.value })}
        />
        <KindFields draft={draft} onChange={change} />
        <Select
          label={t('poll.audience')}
          value={draft.audience}
          allowDeselect={false}
          data={[
            { value: 'all', label: t('poll.audienceAll') },
            { value: 'voters', label: t('poll.audienceVoters') },
            { value: 'host', label: t('poll.audienceHost') },
            { value: 'none', label: t('poll.audienceNone') },
          ]}
          onChange={(value) =>
            change({
              audience: (value as PollDraft['audience'] | null) ?? 'all',
            })
          }
        />
        <Switch
          label={t('poll.anonymous')}
          description={t('poll.anonymousHint')}
          checked={draft.isAnonymous}
          onChange={(event) => change({ isAnonymous: event.currentTarget.checked })}
        />
        <Button variant="subtle" aria-expanded={hasMore} onClick={more.toggle}>
          {polls('form.more')}
        </Button>
        <Collapse expanded={hasMore}>
          <Stack gap="sm">
            <Textarea
              label={polls('form.explanation')}
              description={polls('form.explanationHint')}
              value={draft.explanation}
              maxLength={LONGEST_EXPLANATION}
              rows={2}
              onChange={(event) => change({ explanation: event.currentTarget.value })}
            />
            <Switch
              label={polls('form.canChange')}
              description={polls('form.canChangeHint')}
              checked={draft.canChange && !draft.isAnonymous}
              disabled={draft.isAnonymous}
              onChange={(event) => change({ canChange: event.currentTarget.checked })}
            />
            <Select
              label={polls('form.limit')}
              value={String(draft.limitS ?? '')}
              allowDeselect={false}
              data={[
                { value: '', label: polls('form.limitNone') },
                ...[...new Set([...LIMITS_S, ...(draft.limitS === null ? [] : [draft.limitS])])]
                  .sort((a, b) => a - b)
                  .map((seconds) => ({
                    value: String(seconds),
                    label:
                      seconds % 60 === 0
                        ? polls('form.limitMinutes', { count: seconds / 60 })
                        : polls('form.limitSeconds', { count: seconds }),
                  })),
              ]}
              onChange={(value) => change({ limitS: value ? Number(value) : null })}
            />
          </Stack>
        </Collapse>
        {isShown && trouble && (
          <Text c="var(--rp-bad-text)" size="sm" role="alert">
            {polls(`trouble.${trouble}`)}
          </Text>
        )}
        <Button disabled={!canOpen} onClick={() => void save(true)}>
          {t('poll.saveAndOpen')}
        </Button>
        <Group gap="xs" grow>
          <Button variant="default" onClick={onDone}>
            {common('action.cancel')}
          </Button>
          <Button type="submit" variant="light">
            {t('poll.save')}
          </Button>
        </Group>
        {known && (
          <Button
            variant="subtle"
            color="coral.7"
            c="var(--rp-bad-text)"
            onClick={() =>
              void classroom
                .command({ type: 'delete_poll', poll_id: known.poll_id })
                .then((isDeleted) => isDeleted && onDone())
            }
          >
            {t('poll.deleteDraft')}
          </Button>
        )}
      </Stack>
    </form>
  );
}
