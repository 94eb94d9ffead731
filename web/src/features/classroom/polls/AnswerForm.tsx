import { Button, Checkbox, NativeSelect, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { PollView } from '../../../protocol';
import { useClassroom } from '../context';
import { LONGEST_TEXT, LONGEST_WORD, numberIn, type PollAnswer } from './kinds';
import classes from './Polls.module.css';
import { RankingInput } from './RankingInput';
import { numberText, pointLabel, pointsOf } from './results';

/** What is being answered, kind by kind, before it is sent. */
interface Entry {
  chosen: number[];
  point: number | null;
  order: number[];
  pairs: string[];
  words: string[];
  text: string;
}

function entryOf(poll: PollView): Entry {
  const own = poll.own_answer;
  const list = Array.isArray(own) ? own : null;
  return {
    chosen: poll.kind === 'multiple' && list ? list.map(Number) : [],
    point: poll.kind === 'rating' && typeof own === 'number' ? own : null,
    order:
      poll.kind === 'ranking' && list ? list.map(Number) : poll.options.map((_, index) => index),
    pairs: poll.options.map((_, index) =>
      poll.kind === 'matching' && list ? String(list[index] ?? '') : '',
    ),
    words: Array.from({ length: poll.words }, (_, index) =>
      poll.kind === 'word_cloud' && list ? String(list[index] ?? '') : '',
    ),
    text:
      typeof own === 'string' ? own : poll.kind === 'numeric' && own !== null ? String(own) : '',
  };
}

/** The answer as it is sent, or null while it is not one. */
export function answerOf(poll: PollView, entry: Entry): PollAnswer | null {
  switch (poll.kind) {
    case 'multiple':
      return entry.chosen.length > 0 ? [...entry.chosen].sort((a, b) => a - b) : null;
    case 'rating':
      return entry.point;
    case 'ranking':
      return entry.order;
    case 'matching':
      return entry.pairs.every((one) => one !== '') ? entry.pairs.map(Number) : null;
    case 'word_cloud': {
      const words = entry.words.map((one) => one.trim()).filter(Boolean);
      return words.length > 0 ? words : null;
    }
    case 'short_text':
      return entry.text.trim() || null;
    case 'numeric': {
      const number = numberIn(entry.text);
      const [low = -Infinity, high = Infinity] = poll.scale ?? [];
      return number !== null && number >= low && number <= high ? number : null;
    }
    default:
      return null;
  }
}

/** The answer to a poll that is not a choice of one: filled in, then sent. */
export function AnswerForm({ poll }: { poll: PollView }) {
  const { t } = useTranslation('polls');
  const classroom = useClassroom();
  const [entry, setEntry] = useState(() => entryOf(poll));
  const [isSending, setSending] = useState(false);
  const answer = answerOf(poll, entry);
  const isSame = poll.has_voted && JSON.stringify(answer) === JSON.stringify(poll.own_answer);
  const isOnce = poll.is_anonymous || !poll.can_change;

  async function send(event: FormEvent) {
    event.preventDefault();
    if (answer === null || isSending) return;
    setSending(true);
    await classroom.command({ type: 'vote', poll_id: poll.poll_id, answer });
    setSending(false);
  }

  return (
    <form onSubmit={(event) => void send(event)}>
      <Stack gap="sm">
        <Fields poll={poll} entry={entry} onChange={(part) => setEntry({ ...entry, ...part })} />
        <Button type="submit" disabled={answer === null || isSame} loading={isSending}>
          {poll.has_voted ? t('answer.change') : t('answer.send')}
        </Button>
        {isOnce && <span className={classes.note}>{t('answer.once')}</span>}
      </Stack>
    </form>
  );
}

function Fields({
  poll,
  entry,
  onChange,
}: {
  poll: PollView;
  entry: Entry;
  onChange: (part: Partial<Entry>) => void;
}) {
  const { t } = useTranslation('polls');
  switch (poll.kind) {
    case 'multiple':
      return (
        <Checkbox.Group
          label={t('answer.chooseSeveral')}
          value={entry.chosen.map(String)}
          onChange={(values) => onChange({ chosen: values.map(Number) })}
        >
          <Stack gap={8} mt={8}>
            {poll.options.map((option, index) => (
              <Checkbox key={option} value={String(index)} label={option} />
            ))}
          </Stack>
        </Checkbox.Group>
      );
    case 'rating':
      return <Rating poll={poll} point={entry.point} onChange={(point) => onChange({ point })} />;
    case 'ranking':
      return (
        <RankingInput
          options={poll.options}
          order={entry.order}
          onChange={(order) => onChange({ order })}
        />
      );
    case 'matching':
      return (
        <>
          {poll.options.map((option, index) => (
            <NativeSelect
              key={option}
              label={option}
              aria-label={t('answer.matchFor', { name: option })}
              value={entry.pairs[index] ?? ''}
              data={[
                { value: '', label: t('answer.choose') },
                ...poll.targets.map((target, at) => ({
                  value: String(at),
                  label: target,
                })),
              ]}
              onChange={(event) => {
                const { value } = event.currentTarget;
                onChange({
                  pairs: entry.pairs.map((old, at) => (at === index ? value : old)),
                });
              }}
            />
          ))}
        </>
      );
    case 'word_cloud':
      return (
        <>
          {entry.words.map((word, index) => (
            <TextInput
              key={index}
              label={t('answer.word', { number: index + 1 })}
              value={word}
              maxLength={LONGEST_WORD}
              onChange={(event) => {
                const { value } = event.currentTarget;
                onChange({
                  words: entry.words.map((old, at) => (at === index ? value : old)),
                });
              }}
            />
          ))}
        </>
      );
    case 'short_text':
      return (
        <Textarea
          label={t('answer.text')}
          value={entry.text}
          maxLength={LONGEST_TEXT}
          rows={2}
          description={t('answer.left', {
            count: LONGEST_TEXT - entry.text.length,
          })}
          onChange={(event) => onChange({ text: event.currentTarget.value })}
        />
      );
    case 'numeric':
      return <NumberField poll={poll} text={entry.text} onChange={(text) => onChange({ text })} />;
    default:
      return null;
  }
}

function Rating({
  poll,
  point,
  onChange,
}: {
  poll: PollView;
  point: number | null;
  onChange: (point: number) => void;
}) {
  const { t } = useTranslation('polls');
  const name = useId();
  return (
    <fieldset style={{ margin: 0, padding: 0, border: 0, minWidth: 0 }}>
      <legend className="sr-only">{t('answer.rate')}</legend>
      <div className={classes.points}>
        {pointsOf(poll).map((one) => (
          <label key={one} className={classes.point}>
            <input
              type="radio"
              name={name}
              value={one}
              checked={point === one}
              aria-label={pointLabel(poll, one)}
              onChange={() => onChange(one)}
            />
            <span aria-hidden>{one}</span>
          </label>
        ))}
      </div>
      {poll.labels.some(Boolean) && (
        <div className={classes.ends} aria-hidden>
          <span>{poll.labels[0]}</span>
          <span>{poll.labels[1]}</span>
        </div>
      )}
    </fieldset>
  );
}

function NumberField({
  poll,
  text,
  onChange,
}: {
  poll: PollView;
  text: string;
  onChange: (text: string) => void;
}) {
  const { t } = useTranslation('polls');
  const [low, high] = poll.scale ?? [];
  const range =
    low !== undefined && high !== undefined
      ? t('answer.between', { low: numberText(low), high: numberText(high) })
      : undefined;
  const number = numberIn(text);
  const isBad =
    text.trim() !== '' &&
    (number === null || number < (low ?? -Infinity) || number > (high ?? Infinity));
  const unit = poll.labels[0];
  return (
    <TextInput
      label={t('answer.number')}
      description={range}
      inputMode="decimal"
      value={text}
      error={isBad}
      rightSection={
        unit ? (
          <Text size="sm" c="dimmed" px={8}>
            {unit}
          </Text>
        ) : undefined
      }
      rightSectionWidth={unit ? 'auto' : undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
