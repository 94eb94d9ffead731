import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconChartBar, IconCheck, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { PollView } from '../../protocol';
import { EmptyState } from '../../ui';
import { useClassroom } from './context';
import classes from './Panel.module.css';
import { PollForm } from './PollForm';
import { currentPoll, isFacilitator, peopleHere, percentages } from './selectors';
import { useSession } from './store';

export function PollPanel() {
  const { t } = useTranslation('classroom');
  const session = useSession((state) => state);
  const hosts = isFacilitator(session);
  const [editing, setEditing] = useState<PollView | 'new' | null>(null);
  const current = currentPoll(session);
  const earlier = session.polls
    .filter((poll) => poll.state !== 'draft' && poll !== current)
    .reverse();
  const drafts = hosts ? session.polls.filter((poll) => poll.state === 'draft') : [];
  if (editing) {
    return (
      <div className={classes.scroll}>
        <PollForm draft={editing === 'new' ? null : editing} onDone={() => setEditing(null)} />
      </div>
    );
  }
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('panel.poll')}>
      <Stack gap="md">
        {current && <Poll key={current.poll_id} poll={current} />}
        {!current && drafts.length === 0 && (
          <EmptyState
            title={hosts ? t('poll.noneHost') : t('poll.none')}
            hint={hosts ? t('poll.noneHostHint') : t('poll.noneHint')}
            icon={<IconChartBar size={28} />}
          />
        )}
        {hosts && (
          <Button
            variant={current ? 'light' : 'filled'}
            leftSection={<IconPlus size={18} />}
            onClick={() => setEditing('new')}
          >
            {t('poll.new')}
          </Button>
        )}
        {drafts.length > 0 && (
          <section>
            <h2 className={classes.heading}>{t('poll.drafts')}</h2>
            {drafts.map((poll) => (
              <Draft key={poll.poll_id} poll={poll} onEdit={() => setEditing(poll)} />
            ))}
          </section>
        )}
        {earlier.length > 0 && (
          <section>
            <h2 className={classes.heading}>{t('poll.earlier')}</h2>
            <Stack gap="lg">
              {earlier.map((poll) => (
                <Poll key={poll.poll_id} poll={poll} />
              ))}
            </Stack>
          </section>
        )}
      </Stack>
    </div>
  );
}

function Draft({ poll, onEdit }: { poll: PollView; onEdit: () => void }) {
  const { t } = useTranslation('classroom');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const canOpen = useSession((session) => session.state === 'live');
  return (
    <div className={classes.person}>
      <span className={classes.name}>{poll.question}</span>
      <Button size="compact-sm" variant="subtle" onClick={onEdit}>
        {common('action.edit')}
      </Button>
      <Button
        size="compact-sm"
        disabled={!canOpen}
        onClick={() => void classroom.command({ type: 'open_poll', poll_id: poll.poll_id })}
      >
        {t('poll.open')}
      </Button>
    </div>
  );
}

function Poll({ poll }: { poll: PollView }) {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const session = useSession((state) => state);
  const hosts = isFacilitator(session);
  const isOpen = poll.state === 'open';
  const canVote = isOpen && !(poll.is_anonymous && poll.has_voted);
  const shares = poll.tally ? percentages(poll.tally) : null;
  const isLive = session.state === 'live';
  return (
    <article aria-label={poll.question} data-poll={poll.poll_id} data-state={poll.state}>
      <Group gap="xs" mb={4}>
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
        {poll.is_anonymous && (
          <Badge size="sm" variant="light" tt="none">
            {t('poll.anonymous')}
          </Badge>
        )}
      </Group>
      <Title order={2} size="h4">
        {poll.question}
      </Title>
      <Text c="dimmed" size="sm" mb="sm">
        {isOpen
          ? t('poll.answered', {
              voted: poll.voted_count,
              all: Math.max(peopleHere(session).length, poll.voted_count),
            })
          : t('poll.answeredOnly', { count: poll.voted_count })}
      </Text>
      <Stack gap={8}>
        {poll.options.map((option, index) => {
          const share = shares?.[index];
          const isOwn = poll.own_vote === index;
          const isRight = poll.key === index && (poll.state === 'revealed' || hosts);
          const content = (
            <>
              {share !== undefined && (
                <span className={classes.bar} style={{ width: `${share}%` }} aria-hidden />
              )}
              <span className={classes.grow}>
                {option}
                {isOwn && <span className="sr-only"> ({t('poll.yours')})</span>}
              </span>
              {isRight && (
                <IconCheck
                  size={18}
                  role="img"
                  aria-label={t('poll.keyMark')}
                  color="var(--rp-good-text)"
                />
              )}
              {share !== undefined && (
                <strong title={t('poll.votes', { count: poll.tally?.[index] ?? 0 })}>
                  {t('poll.percent', { percent: share })}
                </strong>
              )}
            </>
          );
          return canVote ? (
            <button
              key={option}
              type="button"
              className={classes.option}
              data-own={isOwn || undefined}
              data-right={isRight || undefined}
              aria-pressed={isOwn}
              onClick={() =>
                void classroom.command({ type: 'vote', poll_id: poll.poll_id, option: index })
              }
            >
              {content}
            </button>
          ) : (
            <div
              key={option}
              className={classes.option}
              data-own={isOwn || undefined}
              data-right={isRight || undefined}
            >
              {content}
            </div>
          );
        })}
      </Stack>
      {isOpen && poll.has_voted && (
        <Text size="sm" c="dimmed" mt="xs">
          {t('poll.voted')}
        </Text>
      )}
      {shares === null && (poll.has_voted || !isOpen) && (
        <Text size="sm" c="dimmed" mt={isOpen ? 0 : 'xs'}>
          {isOpen && poll.is_anonymous && poll.audience !== 'none'
            ? t('poll.fromFive')
            : t('poll.hiddenUntil')}
        </Text>
      )}
      {hosts && isLive && isOpen && (
        <Button
          mt="sm"
          variant="light"
          onClick={() => void classroom.command({ type: 'close_poll', poll_id: poll.poll_id })}
        >
          {t('poll.close')}
        </Button>
      )}
      {hosts && isLive && poll.state === 'closed' && (
        <Button
          mt="sm"
          onClick={() => void classroom.command({ type: 'reveal_poll', poll_id: poll.poll_id })}
        >
          {t('poll.reveal')}
        </Button>
      )}
    </article>
  );
}
