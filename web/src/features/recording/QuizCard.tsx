import { ActionIcon, Button, Group, Radio, Stack, Text } from '@mantine/core';
import {
  IconCheck, IconChevronLeft, IconChevronRight, IconHourglass, IconListCheck, IconPlayerPlay, IconX,
} from '@tabler/icons-react';
import { type Dispatch, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';

import { formatClock } from '../../i18n';
import type { Item, ResponseResult } from '../../protocol';
import { http } from '../../transport/http';
import { Card, EmptyState, useErrorText } from '../../ui';
import { usePlayer } from './player';
import { attemptAt, type Quiz, type QuizEvent, score, shownItem } from './quiz';
import classes from './QuizCard.module.css';

interface Props {
  recordingId: string;
  quiz: Quiz;
  send: Dispatch<QuizEvent>;
  draftCount: number;
  canEdit: boolean;
  isInWork: boolean;
}

export function QuizCard({ recordingId, quiz, send, draftCount, canEdit, isInWork }: Props) {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const item = shownItem(quiz);
  const { right, answered, total } = score(quiz);

  useEffect(
    () =>
      player.store.subscribe((state, before) => {
        // Once a second is often enough for a card that changes every few minutes.
        if (Math.floor(state.timeMs / 1000) !== Math.floor(before.timeMs / 1000)) {
          send({ kind: 'played_to', atMs: state.timeMs });
        }
      }),
    [player, send],
  );

  if (item === null) {
    return (
      <Card component="section" aria-label={t('quiz.title')}>
        <h2 className={classes.heading}>{t('quiz.title')}</h2>
        <EmptyState
          icon={isInWork ? <IconHourglass size={28} /> : <IconListCheck size={28} />}
          title={t(isInWork ? 'quiz.later' : canEdit && draftCount > 0 ? 'quiz.drafts' : 'quiz.none', {
            count: draftCount,
          })}
          hint={t(canEdit && draftCount > 0 ? 'quiz.draftsHint' : 'quiz.noneHint')}
          action={
            canEdit && draftCount > 0 ? (
              <Button component={Link} href={`/recordings/${recordingId}/review`} variant="light">
                {t('quiz.review')}
              </Button>
            ) : undefined
          }
        />
      </Card>
    );
  }
  return (
    <Card component="section" aria-label={t('quiz.title')} className={classes.card} data-testid="quiz">
      <div className={classes.head}>
        <h2 className={classes.heading}>{t('quiz.place', { at: quiz.shown + 1, total })}</h2>
        <button
          type="button"
          className={classes.when}
          aria-label={t('quiz.goTo', { time: formatClock(item.evidence_end_ms) })}
          onClick={() => player.seek(item.evidence_end_ms)}
        >
          {formatClock(item.evidence_end_ms)}
        </button>
      </div>
      <ItemForm key={item.item_id} recordingId={recordingId} quiz={quiz} item={item} send={send} />
      <Group justify="space-between" mt="md" gap="xs">
        <Text size="sm" c="dimmed" role="status">
          {answered > 0 ? t('quiz.score', { right, answered, total }) : t('quiz.unanswered', { count: total })}
        </Text>
        <Group gap={4}>
          <ActionIcon
            variant="default"
            size={32}
            aria-label={t('quiz.previous')}
            disabled={quiz.shown === 0}
            onClick={() => send({ kind: 'stepped', by: -1 })}
          >
            <IconChevronLeft size={18} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            size={32}
            aria-label={t('quiz.next')}
            disabled={quiz.shown >= total - 1}
            onClick={() => send({ kind: 'stepped', by: 1 })}
          >
            <IconChevronRight size={18} />
          </ActionIcon>
        </Group>
      </Group>
    </Card>
  );
}

interface FormProps {
  recordingId: string;
  quiz: Quiz;
  item: Item;
  send: Dispatch<QuizEvent>;
}

function ItemForm({ recordingId, quiz, item, send }: FormProps) {
  const { t } = useTranslation('recording');
  const errorText = useErrorText();
  const { optionId, isSending, result, error } = attemptAt(quiz, item);
  const feedback = useRef<HTMLDivElement>(null);
  const wasSent = useRef(false);

  useEffect(() => {
    if (result !== null && wasSent.current) feedback.current?.focus();
  }, [result]);

  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    if (optionId === null || isSending) return;
    wasSent.current = true;
    send({ kind: 'sent' });
    http
      .post<ResponseResult>(`/recordings/${recordingId}/items/${item.item_id}/responses`, {
        option_id: optionId,
      })
      .then((answer) => send({ kind: 'answered', itemId: item.item_id, result: answer }))
      .catch((reason: unknown) =>
        send({ kind: 'failed', itemId: item.item_id, message: errorText(reason) }),
      );
  };

  return (
    <form onSubmit={submit}>
      <Radio.Group
        value={optionId ?? ''}
        onChange={(value) => send({ kind: 'chose', optionId: value })}
        label={item.stem}
        classNames={{ label: classes.stem }}
      >
        <Stack gap={8} mt={10}>
          {item.options.map((option) => {
            const isKey = result?.key_option_id === option.option_id;
            const isChosen = optionId === option.option_id;
            const mark = result === null ? undefined : isKey ? 'right' : isChosen ? 'wrong' : 'other';
            return (
              <label
                key={option.option_id}
                className={classes.option}
                data-chosen={isChosen || undefined}
                data-mark={mark}
              >
                <Radio
                  value={option.option_id}
                  disabled={result !== null || isSending}
                  variant="outline"
                  aria-label={option.text}
                />
                <span className={classes.optionText}>{option.text}</span>
                {mark === 'right' && <IconCheck size={18} aria-label={t('quiz.rightOption')} />}
                {mark === 'wrong' && <IconX size={18} aria-label={t('quiz.wrongOption')} />}
              </label>
            );
          })}
        </Stack>
      </Radio.Group>
      {error !== null && (
        <Text c="var(--rp-bad-text)" size="sm" mt="xs" role="alert">
          {error}
        </Text>
      )}
      {result === null ? (
        <Button type="submit" mt="md" fullWidth disabled={optionId === null} loading={isSending}>
          {t('quiz.check')}
        </Button>
      ) : (
        <Feedback ref={feedback} result={result} onRetry={() => send({ kind: 'retried' })} />
      )}
    </form>
  );
}

interface FeedbackProps {
  result: ResponseResult;
  onRetry: () => void;
  ref: React.Ref<HTMLDivElement>;
}

function Feedback({ result, onRetry, ref }: FeedbackProps) {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const from = formatClock(result.evidence_start_ms);
  const to = formatClock(result.evidence_end_ms);
  return (
    <div ref={ref} tabIndex={-1} className={classes.feedback} data-right={result.is_right || undefined}>
      <b>{t(result.is_right ? 'quiz.right' : 'quiz.wrong')}</b>
      {result.feedback && <p>{result.feedback}</p>}
      {result.evidence && <blockquote>{result.evidence}</blockquote>}
      <Group gap="xs" mt={8}>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlayerPlay size={14} />}
          onClick={() => {
            player.seek(result.evidence_start_ms);
            player.play();
          }}
        >
          {t('quiz.watchAgain', { from, to })}
        </Button>
        {!result.is_right && (
          <Button size="compact-sm" variant="subtle" onClick={onRetry}>
            {t('quiz.tryAgain')}
          </Button>
        )}
      </Group>
    </div>
  );
}
