import { ActionIcon, Group, Text, TextInput } from '@mantine/core';
import { IconMessageCircle, IconSend2, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { formatTime } from '../../i18n';
import type { ChatView } from '../../protocol';
import { Avatar, EmptyState } from '../../ui';
import { useClassroom } from './context';
import classes from './Panel.module.css';
import { isFacilitator, personOf } from './selectors';
import { usePage, usePageStore, useSession, utcOf } from './store';

const LONGEST = 2000;
/** Nearer to the end than this, new lines scroll into view by themselves. */
const FOLLOWS_PX = 80;

export function ChatPanel() {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const chat = useSession((session) => session.chat);
  const [text, setText] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    const box = list.current;
    if (box && follows.current) box.scrollTop = box.scrollHeight;
  }, [chat.length]);

  function send(event: FormEvent) {
    event.preventDefault();
    const line = text.trim();
    if (line === '') return;
    setText('');
    follows.current = true;
    void classroom.command({ type: 'send_chat', text: line }).then((isSent) => {
      // What could not be sent goes back to where it can be sent again.
      if (!isSent) setText((now) => now || line);
    });
  }

  return (
    <>
      {chat.length === 0 ? (
        <div className={classes.scroll}>
          <EmptyState
            title={t('chat.empty')}
            hint={t('chat.emptyHint')}
            icon={<IconMessageCircle size={28} />}
          />
        </div>
      ) : (
        // A log is a live region by itself; ours is elsewhere and does not read chat out.
        <div
          ref={list}
          className={classes.scroll}
          role="log"
          aria-live="off"
          aria-label={t('chat.log')}
          tabIndex={0}
          onScroll={({ currentTarget: box }) => {
            follows.current = box.scrollHeight - box.scrollTop - box.clientHeight < FOLLOWS_PX;
          }}
        >
          <ul className={classes.list}>
            {chat.map((message) => (
              <Message key={message.message_id} message={message} />
            ))}
          </ul>
        </div>
      )}
      <form className={classes.compose} onSubmit={send}>
        <TextInput
          flex={1}
          size="md"
          value={text}
          maxLength={LONGEST}
          autoComplete="off"
          placeholder={t('chat.placeholder')}
          aria-label={t('chat.placeholder')}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <ActionIcon type="submit" size={42} aria-label={t('chat.send')} data-testid="send-chat">
          <IconSend2 size={20} />
        </ActionIcon>
      </form>
    </>
  );
}

function Message({ message }: { message: ChatView }) {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const session = useSession((state) => state);
  const store = usePageStore();
  const clockUtc = usePage((state) => state.clock.utcMs);
  const author = personOf(session, message.participant_id);
  const name = author?.name ?? '';
  const isMine = message.participant_id === session.me;
  const mayDelete = !message.is_deleted && (isMine || isFacilitator(session));
  return (
    <li className={classes.message}>
      <Avatar name={name} size={30} />
      <div className={classes.grow}>
        <Group gap={8} wrap="nowrap" align="baseline">
          <Text component="span" fw={650} size="sm" truncate>
            {isMine ? t('namedYou', { name }) : name}
          </Text>
          {clockUtc > 0 && (
            <Text component="span" size="xs" c="dimmed">
              {formatTime(utcOf(store.getState(), message.at_ms))}
            </Text>
          )}
        </Group>
        <div className={classes.text}>
          {message.is_deleted ? (
            <Text component="span" size="sm" fs="italic" c="dimmed">
              {t('chat.deleted')}
            </Text>
          ) : (
            message.text
          )}
        </div>
      </div>
      {mayDelete && (
        <ActionIcon
          className={classes.remove}
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          aria-label={t('chat.delete', { name })}
          onClick={() =>
            void classroom.command({ type: 'delete_chat', message_id: message.message_id })
          }
        >
          <IconTrash size={16} />
        </ActionIcon>
      )}
    </li>
  );
}
