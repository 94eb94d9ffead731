import { ActionIcon, Button, Group, Menu, Stack, Text } from '@mantine/core';
import {
  IconChartBar,
  IconClipboardText,
  IconDots,
  IconDownload,
  IconHistory,
  IconPlus,
} from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { PollView } from '../../protocol';
import { apiUrl } from '../../transport/http';
import { EmptyState } from '../../ui';
import { useClassroom } from './context';
import classes from './Panel.module.css';
import { PollForm } from './PollForm';
import { EarlierPolls } from './polls/EarlierPolls';
import { draftOf, type PollDraft } from './polls/kinds';
import { FoldedPoll } from './polls/FoldedPoll';
import { PastePoll } from './polls/PastePoll';
import { PollCard } from './polls/PollCard';
import { QuickPolls } from './polls/QuickPolls';
import { currentPoll, isFacilitator } from './selectors';
import { usePage, usePageStore, useSession } from './store';

/** What fills the panel instead of the list of polls. */
type Page =
  | { name: 'form'; draft: PollView | null; start?: PollDraft }
  | { name: 'paste'; text?: string }
  | { name: 'earlier' };

export function PollPanel() {
  const { t } = useTranslation('classroom');
  const polls = useSession((session) => session.polls);
  const hosts = useSession(isFacilitator);
  const [page, setPage] = useState<Page | null>(null);
  const pollText = usePage((state) => state.pollText);
  const store = usePageStore();
  useEffect(() => {
    if (pollText === null) return;
    setPage({ name: 'paste', text: pollText });
    store.setState({ pollText: null });
  }, [pollText, store]);
  const current = currentPoll(polls);
  const earlier = polls.filter((poll) => poll.state !== 'draft' && poll !== current).reverse();
  const drafts = hosts ? polls.filter((poll) => poll.state === 'draft') : [];
  const close = () => setPage(null);
  const begin = (start?: PollDraft) => setPage({ name: 'form', draft: null, start });
  if (page && hosts) {
    return (
      <div className={classes.scroll}>
        {page.name === 'form' && <PollForm draft={page.draft} start={page.start} onDone={close} />}
        {page.name === 'paste' && <PastePoll key={page.text} initial={page.text} onEdit={begin} onDone={close} />}
        {page.name === 'earlier' && <EarlierPolls onUse={begin} onDone={close} />}
      </div>
    );
  }
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('panel.poll')}>
      <Stack gap="md">
        {current && (
          <PollCard key={current.poll_id} poll={current} onAgain={() => begin(draftOf(current))} />
        )}
        {!current && drafts.length === 0 && (
          <EmptyState
            title={hosts ? t('poll.noneHost') : t('poll.none')}
            hint={hosts ? t('poll.noneHostHint') : t('poll.noneHint')}
            icon={<IconChartBar size={28} />}
          />
        )}
        {hosts && <Begin isFilled={!current} onBegin={setPage} />}
        {drafts.length > 0 && (
          <section>
            <h2 className={classes.heading}>{t('poll.drafts')}</h2>
            {drafts.map((poll) => (
              <Draft
                key={poll.poll_id}
                poll={poll}
                onEdit={() => setPage({ name: 'form', draft: poll })}
              />
            ))}
          </section>
        )}
        {earlier.length > 0 && (
          <section>
            <h2 className={classes.heading}>{t('poll.earlier')}</h2>
            <Stack gap="sm">
              {earlier.map((poll) => {
                // What still asks is not folded away.
                const Card = poll.state === 'open' ? PollCard : FoldedPoll;
                return (
                  <Card key={poll.poll_id} poll={poll} onAgain={() => begin(draftOf(poll))} />
                );
              })}
            </Stack>
          </section>
        )}
      </Stack>
    </div>
  );
}

/** All the ways to a poll: written, in one click, from text, from before. */
function Begin({ isFilled, onBegin }: { isFilled: boolean; onBegin: (page: Page) => void }) {
  const { t } = useTranslation('classroom');
  const { t: polls } = useTranslation('polls');
  const isLive = useSession((session) => session.state === 'live');
  const sessionId = useSession((session) => session.session_id);
  const hasAsked = useSession((session) => session.polls.some((poll) => poll.state !== 'draft'));
  return (
    <Stack gap="xs">
      <Group gap="xs" wrap="nowrap">
        <Button
          flex={1}
          variant={isFilled ? 'filled' : 'light'}
          leftSection={<IconPlus size={18} />}
          onClick={() => onBegin({ name: 'form', draft: null })}
        >
          {t('poll.new')}
        </Button>
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label={polls('more')}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconClipboardText size={16} />}
              onClick={() => onBegin({ name: 'paste' })}
            >
              {polls('paste.menu')}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconHistory size={16} />}
              onClick={() => onBegin({ name: 'earlier' })}
            >
              {polls('earlier.menu')}
            </Menu.Item>
            {hasAsked && (
              <Menu.Item
                leftSection={<IconDownload size={16} />}
                component="a"
                href={apiUrl(`/sessions/${sessionId}/polls.csv`)}
                download
              >
                {polls('exportAll')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </Group>
      {isLive && <QuickPolls />}
    </Stack>
  );
}

function Draft({ poll, onEdit }: { poll: PollView; onEdit: () => void }) {
  const { t } = useTranslation('classroom');
  const { t: polls } = useTranslation('polls');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const canOpen = useSession((session) => session.state === 'live');
  return (
    <div className={classes.person}>
      <span className={classes.who}>
        <Text component="span" className={classes.name} lineClamp={2} style={{ whiteSpace: 'normal' }}>
          {poll.question}
        </Text>
        <span className={classes.note}>{polls(`kinds.${poll.kind}`)}</span>
      </span>
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
