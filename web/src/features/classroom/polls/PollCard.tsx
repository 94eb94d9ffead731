import { ActionIcon, Badge, Button, Group, Menu, Stack, Text, Title } from '@mantine/core';
import { IconCopy, IconDots, IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../../i18n';
import type { PollView } from '../../../protocol';
import { apiUrl } from '../../../transport/http';
import { useClassroom, useTick } from '../context';
import panel from '../Panel.module.css';
import { isFacilitator, isObserver, peopleHere, takesPart } from '../selectors';
import { sessionNow, usePageStore, useSession } from '../store';
import { AnswerForm } from './AnswerForm';
import { BarContent } from './BarRow';
import classes from './Polls.module.css';
import { Explanation, Results } from './Results';
import { numberText, optionRows, ownIsRight, pointLabel } from './results';

/** One poll: the question, one's own answer, the result as far as one may see it. */
export function PollCard({
  poll,
  onAgain,
  isTitled = true,
}: {
  poll: PollView;
  onAgain: () => void;
  /** Off where the question stands above it already. */
  isTitled?: boolean;
}) {
  const { t } = useTranslation('classroom');
  const { t: polls } = useTranslation('polls');
  const hosts = useSession(isFacilitator);
  const watches = useSession(isObserver);
  const isLive = useSession((session) => session.state === 'live');
  const isOpen = poll.state === 'open';
  // Who comes or goes concerns a poll that still asks, and there the number alone.
  const asked = useSession((session) =>
    isOpen ? peopleHere(session).filter(takesPart).length : 0,
  );
  const isChoice = poll.kind === 'single' || poll.kind === 'true_false';
  const canVote = isOpen && !watches && !(poll.has_voted && (poll.is_anonymous || !poll.can_change));
  const right = poll.state === 'revealed' ? ownIsRight(poll) : null;
  return (
    <article aria-label={poll.question} data-poll={poll.poll_id} data-state={poll.state}>
      <Group gap="xs" mb={6} mih={28} wrap="nowrap">
        <Group gap={6} flex={1}>
          <Badge
            size="sm"
            variant="light"
            tt="none"
            color={isOpen ? 'teal' : 'gray'}
            c={isOpen ? 'var(--rp-good-text)' : 'var(--mantine-color-text)'}
          >
            {isOpen
              ? t('poll.isOpen')
              : poll.state === 'revealed'
                ? t('poll.revealed')
                : t('poll.closed')}
          </Badge>
          {poll.kind !== 'single' && (
            <Badge size="sm" variant="light" tt="none" color="gray" c="var(--mantine-color-text)">
              {polls(`kinds.${poll.kind}`)}
            </Badge>
          )}
          {poll.is_anonymous && (
            <Badge size="sm" variant="light" tt="none">
              {t('poll.anonymous')}
            </Badge>
          )}
        </Group>
        {hosts && <Actions poll={poll} onAgain={onAgain} />}
      </Group>
      {isTitled && (
        <Title order={2} size="h4">
          {poll.question}
        </Title>
      )}
      <Text c="dimmed" size="sm" mb="sm">
        {isOpen
          ? t('poll.answered', {
              voted: poll.voted_count,
              all: Math.max(asked, poll.voted_count),
            })
          : t('poll.answeredOnly', { count: poll.voted_count })}
        {isOpen && poll.limit_s !== null && <TimeLeft poll={poll} limitS={poll.limit_s} />}
      </Text>
      {isChoice ? (
        <Choice poll={poll} canVote={canVote} hosts={hosts} />
      ) : (
        <Answered poll={poll} canVote={canVote} hosts={hosts} />
      )}
      {isOpen && watches && (
        <Text size="sm" c="dimmed" mt="xs">
          {polls('answer.watching')}
        </Text>
      )}
      {isOpen && poll.has_voted && (
        <Text size="sm" c="dimmed" mt="xs">
          {isChoice ? t('poll.voted') : polls('answer.counted')}
        </Text>
      )}
      {right !== null && (
        <Text size="sm" fw={600} mt="xs" c={right ? 'var(--rp-good-text)' : undefined}>
          {right ? polls('answer.right') : polls('answer.wrong')}
        </Text>
      )}
      <Explanation poll={poll} />
      {poll.tally === null && (poll.has_voted || !isOpen) && (
        <Text size="sm" c="dimmed" mt={isOpen ? 0 : 'xs'}>
          {isOpen && poll.is_anonymous && poll.audience !== 'none'
            ? t('poll.fromFive')
            : t('poll.hiddenUntil')}
        </Text>
      )}
      {hosts && isLive && <NextStep poll={poll} />}
    </article>
  );
}

function Actions({ poll, onAgain }: { poll: PollView; onAgain: () => void }) {
  const { t: polls } = useTranslation('polls');
  const sessionId = useSession((session) => session.session_id);
  const canExport =
    poll.state === 'revealed' || (poll.state === 'closed' && poll.audience !== 'none');
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          size={28}
          aria-label={polls('actions', { question: poll.question })}
        >
          <IconDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconCopy size={16} />} onClick={onAgain}>
          {polls('again')}
        </Menu.Item>
        {canExport && (
          <Menu.Item
            leftSection={<IconDownload size={16} />}
            component="a"
            href={apiUrl(`/sessions/${sessionId}/polls.csv`, {
              poll_id: poll.poll_id,
            })}
            download
          >
            {polls('exportOne')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function TimeLeft({ poll, limitS }: { poll: PollView; limitS: number }) {
  const { t: polls } = useTranslation('polls');
  const store = usePageStore();
  useTick(500);
  const left = (poll.opened_at_ms ?? 0) + limitS * 1000 - sessionNow(store.getState());
  return (
    <strong>
      {' '}
      {left > 0 ? polls('closesIn', { time: formatClock(left + 999) }) : polls('closing')}
    </strong>
  );
}

/** One of a few: each option is a button, its bar behind it. */
function Choice({ poll, canVote, hosts }: { poll: PollView; canVote: boolean; hosts: boolean }) {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  return (
    <Stack gap={8}>
      {optionRows(poll).map((row, index) => {
        const isOwn = poll.own_vote === index;
        const isRight = row.isRight && (poll.state === 'revealed' || hosts);
        const content = (
          <BarContent
            row={{ ...row, isRight }}
            isShown={poll.tally !== null}
            value={t('poll.percent', { percent: Math.round(row.share * 100) })}
            title={t('poll.votes', { count: row.count })}
            note={isOwn && <span className="sr-only"> ({t('poll.yours')})</span>}
          />
        );
        return canVote ? (
          <button
            key={row.label}
            type="button"
            className={panel.option}
            data-own={isOwn || undefined}
            data-right={isRight || undefined}
            aria-pressed={isOwn}
            onClick={() =>
              void classroom.command({
                type: 'vote',
                poll_id: poll.poll_id,
                option: index,
              })
            }
          >
            {content}
          </button>
        ) : (
          <div
            key={row.label}
            className={panel.option}
            data-own={isOwn || undefined}
            data-right={isRight || undefined}
          >
            {content}
          </div>
        );
      })}
    </Stack>
  );
}

/** All other kinds: what one fills in, then what came of it. Whoever asked sees the result first. */
function Answered({ poll, canVote, hosts }: { poll: PollView; canVote: boolean; hosts: boolean }) {
  const { t: polls } = useTranslation('polls');
  const form = canVote && <AnswerForm poll={poll} />;
  const own = !canVote && poll.own_answer !== null && (
    <Text size="sm" fw={600}>
      {polls('answer.own', { answer: wordsOf(poll) })}
    </Text>
  );
  if (hosts) {
    return (
      <>
        <Results poll={poll} hosts />
        {own}
        {form && (
          <details className={classes.host}>
            <summary>{polls('answer.host')}</summary>
            {form}
          </details>
        )}
      </>
    );
  }
  return (
    <Stack gap="md">
      {form}
      {own}
      <Results poll={poll} hosts={false} />
    </Stack>
  );
}

/** One's own answer in words. */
export function wordsOf(poll: PollView): string {
  const own = poll.own_answer;
  if (own === null) return '';
  if (Array.isArray(own)) {
    switch (poll.kind) {
      case 'multiple':
        return own.map((at) => poll.options[Number(at)] ?? '').join(', ');
      case 'ranking':
        return own.map((at) => poll.options[Number(at)] ?? '').join(' › ');
      case 'matching':
        return own
          .map((at, row) => `${poll.options[row] ?? ''} → ${poll.targets[Number(at)] ?? ''}`)
          .join(', ');
      default:
        return own.join(', ');
    }
  }
  if (typeof own === 'string') return own;
  if (poll.kind === 'rating') return pointLabel(poll, own);
  return [numberText(own), poll.labels[0]].filter(Boolean).join(' ');
}

function NextStep({ poll }: { poll: PollView }) {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  if (poll.state === 'open') {
    return (
      <Button
        mt="sm"
        variant="light"
        onClick={() => void classroom.command({ type: 'close_poll', poll_id: poll.poll_id })}
      >
        {t('poll.close')}
      </Button>
    );
  }
  if (poll.state !== 'closed') return null;
  return (
    <Button
      mt="sm"
      onClick={() => void classroom.command({ type: 'reveal_poll', poll_id: poll.poll_id })}
    >
      {t('poll.reveal')}
    </Button>
  );
}
