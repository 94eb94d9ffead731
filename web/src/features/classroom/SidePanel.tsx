import { Badge, Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { RoomsPanel } from './breakouts/RoomsPanel';
import { ChatPanel } from './ChatPanel';
import { useClassroom } from './context';
import { DebatePanel } from './debate/DebatePanel';
import { hasDebateTab } from './debate/model';
import { useIsWide } from './debate/wide';
import classes from './Panel.module.css';
import { NotesTab } from './pads/NotesTab';
import { PeoplePanel } from './PeoplePanel';
import { PollPanel } from './PollPanel';
import { isFacilitator, isHere, isObserver, waiting } from './selectors';
import { type Tab, usePage, useSession } from './store';

export function SidePanel() {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const tab = usePage((state) => state.tab);
  const unread = usePage((state) => state.unread);
  const count = useSession((session) => session.participants.filter(isHere).length);
  const lobby = useSession((session) => (isFacilitator(session) ? waiting(session).length : 0));
  const hasNewPoll = useSession((session) =>
    session.polls.some((poll) => poll.state === 'open' && !poll.has_voted && !isObserver(session)),
  );
  const { t: pads } = useTranslation('pads');
  const { t: rooms } = useTranslation('breakouts');
  const calls = useSession((session) =>
    isFacilitator(session) ? (session.breakouts?.help.length ?? 0) : 0,
  );
  const showsRooms = useSession(
    (session) =>
      isFacilitator(session) || session.breakouts !== null || session.returned_notes.length > 0,
  );
  const isWide = useIsWide();
  // On a wide page the debate stands beside the stage.
  const hasDebate = useSession(hasDebateTab) && !isWide;
  return (
    <aside className={classes.panel} aria-label={t('panel.label')}>
      <Tabs
        value={tab === 'debate' && !hasDebate ? 'chat' : tab}
        onChange={(value) => classroom.show((value as Tab | null) ?? 'chat')}
        classNames={{ root: classes.tabs, panel: classes.body, tab: classes.tab }}
        keepMounted={false}
      >
        <Tabs.List grow>
          {hasDebate && <Tabs.Tab value="debate">{t('panel.debate')}</Tabs.Tab>}
          <Tabs.Tab value="people">
            {t('panel.people')}{' '}
            <span style={{ color: 'var(--mantine-color-dimmed)', fontWeight: 500 }}>{count}</span>
            {lobby > 0 && (
              <Badge ml={6} size="sm" circle aria-label={t('people.waiting')}>
                {lobby}
              </Badge>
            )}
          </Tabs.Tab>
          <Tabs.Tab value="chat">
            {t('panel.chat')}
            {unread > 0 && (
              <Badge ml={6} size="sm" circle aria-label={t('panel.unread', { count: unread })}>
                {unread > 9 ? '9+' : unread}
              </Badge>
            )}
          </Tabs.Tab>
          {showsRooms && (
            <Tabs.Tab value="rooms">
              {rooms('tab')}
              {calls > 0 && (
                <Badge ml={6} size="sm" circle color="orange" aria-label={rooms('help.list')}>
                  {calls}
                </Badge>
              )}
            </Tabs.Tab>
          )}
          <Tabs.Tab value="poll">
            {t('panel.poll')}
            {hasNewPoll && tab !== 'poll' && (
              <Badge ml={6} size="xs" circle aria-label={t('panel.openPoll')} />
            )}
          </Tabs.Tab>
          <Tabs.Tab value="notes">{pads('tab')}</Tabs.Tab>
        </Tabs.List>
        {hasDebate && (
          <Tabs.Panel value="debate" tabIndex={-1} data-focus="panel">
            <DebatePanel />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="people" tabIndex={-1} data-focus="panel">
          <PeoplePanel />
        </Tabs.Panel>
        <Tabs.Panel value="chat" tabIndex={-1} data-focus="panel">
          <ChatPanel />
        </Tabs.Panel>
        <Tabs.Panel value="rooms" tabIndex={-1} data-focus="panel">
          <RoomsPanel />
        </Tabs.Panel>
        <Tabs.Panel value="poll" tabIndex={-1} data-focus="panel">
          <PollPanel />
        </Tabs.Panel>
        <Tabs.Panel value="notes">
          <NotesTab />
        </Tabs.Panel>
      </Tabs>
    </aside>
  );
}
