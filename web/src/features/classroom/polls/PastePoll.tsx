import { Button, Group, Stack, Textarea, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useClassroom } from '../context';
import { useSession } from '../store';
import { BarRow } from './BarRow';
import { bodyOf, type PollDraft, troubleOf } from './kinds';
import { parsePoll } from './parse';
import classes from './Polls.module.css';

/** A poll out of a slide's text, seen before it is asked. */
export function PastePoll({
  initial = '',
  onEdit,
  onDone,
}: {
  initial?: string;
  onEdit: (draft: PollDraft) => void;
  onDone: () => void;
}) {
  const { t } = useTranslation('polls');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const canOpen = useSession((session) => session.state === 'live');
  const [text, setText] = useState(initial);
  const draft = parsePoll(text);
  const isReady = draft !== null && troubleOf(draft) === null;

  async function create(opens: boolean) {
    if (!draft || !isReady) return;
    if (await classroom.command({ type: 'create_poll', ...bodyOf(draft), opens })) onDone();
  }

  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {t('paste.title')}
      </Title>
      <Textarea
        label={t('paste.text')}
        description={t('paste.hint')}
        placeholder={t('paste.example')}
        rows={5}
        maxLength={4000}
        value={text}
        data-autofocus
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <section aria-label={t('paste.preview')} aria-live="polite">
        {draft === null ? (
          <span className={classes.note}>{t('paste.empty')}</span>
        ) : (
          <>
            <span className={classes.note}>{t(`kinds.${draft.kind}`)}</span>
            <Title order={3} size="h5" mb={6}>
              {draft.question}
            </Title>
            {draft.kind !== 'short_text' && (
              <ul className={classes.rows}>
                {draft.options.map((label, index) => (
                  <li key={label}>
                    <BarRow
                      row={{
                        label,
                        count: 0,
                        share: 0,
                        isRight: draft.keys.includes(index),
                      }}
                      value=""
                      isShown={false}
                    />
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </section>
      <Button disabled={!isReady || !canOpen} onClick={() => void create(true)}>
        {t('paste.open')}
      </Button>
      <Group gap="xs" grow>
        <Button variant="light" disabled={!isReady} onClick={() => void create(false)}>
          {t('paste.save')}
        </Button>
        <Button variant="light" disabled={draft === null} onClick={() => draft && onEdit(draft)}>
          {t('paste.edit')}
        </Button>
      </Group>
      <Button variant="default" onClick={onDone}>
        {common('action.cancel')}
      </Button>
    </Stack>
  );
}
