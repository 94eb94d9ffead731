import {
  ActionIcon,
  Button,
  Group,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { Audience, CreatePoll, PollView } from '../../protocol';
import { useClassroom } from './context';
import { useSession } from './store';

const MOST_OPTIONS = 10;
const LONGEST = 200;

/** What is wrong with a draft, or null: the same rules the server has, said before sending. */
export function pollTrouble(question: string, options: string[]): 'tooFew' | 'same' | null {
  const written = options.map((option) => option.trim()).filter(Boolean);
  if (question.trim() === '' || written.length < 2) return 'tooFew';
  return new Set(written).size < written.length ? 'same' : null;
}

export function PollForm({ draft, onDone }: { draft: PollView | null; onDone: () => void }) {
  const { t } = useTranslation('classroom');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const canOpen = useSession((session) => session.state === 'live');
  const [question, setQuestion] = useState(draft?.question ?? '');
  const [options, setOptions] = useState(draft?.options ?? ['', '']);
  const [audience, setAudience] = useState<Audience>(draft?.audience ?? 'all');
  const [isAnonymous, setAnonymous] = useState(draft?.is_anonymous ?? false);
  const [key, setKey] = useState<number | null>(draft?.key ?? null);
  const [isShown, setShown] = useState(false);
  const trouble = pollTrouble(question, options);

  async function save(opens: boolean) {
    setShown(true);
    if (trouble) return;
    const written = options.map((option) => option.trim());
    const kept = written.filter(Boolean);
    const keyText = key === null ? undefined : written[key];
    const body = {
      question: question.trim(),
      options: kept,
      audience,
      is_anonymous: isAnonymous,
      key: keyText ? kept.indexOf(keyText) : null,
    } satisfies Omit<CreatePoll, 'type'>;
    const known = new Set(classroom.store.getState().session?.polls.map((poll) => poll.poll_id));
    const isSaved = await classroom.command(
      draft
        ? { type: 'edit_poll', poll_id: draft.poll_id, ...body }
        : { type: 'create_poll', ...body },
    );
    if (!isSaved) return;
    if (opens) {
      const id = draft?.poll_id ?? (await newPoll(known));
      if (id) await classroom.command({ type: 'open_poll', poll_id: id });
    }
    onDone();
  }

  /** The event may arrive a moment after the acknowledgement. */
  function newPoll(known: Set<string>): Promise<string | undefined> {
    const find = () =>
      classroom.store.getState().session?.polls.find((poll) => !known.has(poll.poll_id))?.poll_id;
    const now = find();
    if (now) return Promise.resolve(now);
    return new Promise((resolve) => {
      const stop = classroom.store.subscribe(() => {
        const id = find();
        if (!id) return;
        stop();
        window.clearTimeout(timer);
        resolve(id);
      });
      const timer = window.setTimeout(() => {
        stop();
        resolve(undefined);
      }, 5000);
    });
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    void save(false);
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {draft ? t('poll.edit') : t('poll.new')}
        </Title>
        <TextInput
          label={t('poll.question')}
          value={question}
          maxLength={LONGEST}
          data-autofocus
          onChange={(event) => setQuestion(event.currentTarget.value)}
        />
        {options.map((option, index) => (
          <Group key={index} gap={6} wrap="nowrap" align="flex-end">
            <TextInput
              flex={1}
              label={t('poll.option', { number: index + 1 })}
              value={option}
              maxLength={LONGEST}
              onChange={(event) => {
                const { value } = event.currentTarget;
                setOptions(options.map((old, at) => (at === index ? value : old)));
              }}
            />
            {options.length > 2 && (
              <ActionIcon
                variant="subtle"
                color="gray"
                c="var(--mantine-color-text)"
                size={36}
                aria-label={t('poll.removeOption', { number: index + 1 })}
                onClick={() => {
                  setOptions(options.filter((_, at) => at !== index));
                  setKey(key === null || key === index ? null : key > index ? key - 1 : key);
                }}
              >
                <IconTrash size={17} />
              </ActionIcon>
            )}
          </Group>
        ))}
        {options.length < MOST_OPTIONS && (
          <Button
            variant="subtle"
            leftSection={<IconPlus size={16} />}
            onClick={() => setOptions([...options, ''])}
          >
            {t('poll.addOption')}
          </Button>
        )}
        <Select
          label={t('poll.key')}
          value={key === null ? '' : String(key)}
          allowDeselect={false}
          data={[
            { value: '', label: t('poll.keyNone') },
            ...options.map((option, index) => ({
              value: String(index),
              label: option.trim() || t('poll.option', { number: index + 1 }),
            })),
          ]}
          onChange={(value) => setKey(value ? Number(value) : null)}
        />
        <Select
          label={t('poll.audience')}
          value={audience}
          allowDeselect={false}
          data={[
            { value: 'all', label: t('poll.audienceAll') },
            { value: 'voters', label: t('poll.audienceVoters') },
            { value: 'host', label: t('poll.audienceHost') },
            { value: 'none', label: t('poll.audienceNone') },
          ]}
          onChange={(value) => setAudience((value as Audience | null) ?? 'all')}
        />
        <Switch
          label={t('poll.anonymous')}
          description={t('poll.anonymousHint')}
          checked={isAnonymous}
          onChange={(event) => setAnonymous(event.currentTarget.checked)}
        />
        {isShown && trouble && (
          <Text c="var(--rp-bad-text)" size="sm" role="alert">
            {t(`poll.${trouble}`)}
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
        {draft && (
          <Button
            variant="subtle"
            color="coral.7"
            c="var(--rp-bad-text)"
            onClick={() =>
              void classroom
                .command({ type: 'delete_poll', poll_id: draft.poll_id })
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
