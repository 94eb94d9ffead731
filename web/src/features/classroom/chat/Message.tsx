import { ActionIcon, Group, Menu, Popover, Text, UnstyledButton } from '@mantine/core';
import {
  IconArrowBackUp,
  IconDots,
  IconLock,
  IconMoodPlus,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { formatTime } from '../../../i18n';
import type { ChatView, Emoji } from '../../../protocol';
import { Avatar } from '../../../ui';
import { useClassroom } from '../context';
import { Emoji as Picture } from '../emoji/Emoji';
import { isFacilitator, isObserver, personOf } from '../selectors';
import { usePage, usePageStore, useSession, useSessionList, utcOf } from '../store';
import classes from './chat.module.css';
import { EMOJI_NAMES } from './emoji';
import { quotedBy } from './fold';
import { SentFile } from './Files';
import { segmentsOf } from './text';

interface Props {
  message: ChatView;
  onReply: (message: ChatView) => void;
  onEdit: (message: ChatView) => void;
  onJump: (messageId: string) => void;
}

const useName = (id: string | null): string =>
  useSession((session) => personOf(session, id)?.name ?? '');

const useNames = (ids: string[]): string[] =>
  useSessionList((session) => ids.map((id) => personOf(session, id)?.name ?? ''));

export const messageId = (id: string): string => `message-${id}`;

export const Message = memo(function Message({ message, onReply, onEdit, onJump }: Props) {
  const watches = useSession(isObserver);
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const me = useSession((session) => session.me);
  const store = usePageStore();
  const clockUtc = usePage((state) => state.clock.utcMs);
  const name = useName(message.participant_id);
  const isMine = message.participant_id === me;
  const time = (ms: number) => formatTime(utcOf(store.getState(), ms));
  const partner = useName(isMine ? message.to : message.participant_id);
  return (
    <li
      id={messageId(message.message_id)}
      className={classes.message}
      data-private={message.to !== null || undefined}
      data-mentioned={message.mentions.includes(me) || undefined}
      tabIndex={-1}
    >
      <Avatar name={name} size={30} />
      <div className={classes.body}>
        {message.reply_to !== null && <Quote id={message.reply_to} onJump={onJump} />}
        <Group gap={8} wrap="nowrap" align="baseline">
          <Text component="span" fw={650} size="sm" truncate>
            {isMine ? t('namedYou', { name }) : name}
          </Text>
          {clockUtc > 0 && (
            <Text component="span" size="xs" c="dimmed">
              {time(message.at_ms)}
            </Text>
          )}
          {message.edited_at_ms !== null && !message.is_deleted && (
            <Text
              component="span"
              size="xs"
              c="dimmed"
              title={room('chat.editedAt', { time: time(message.edited_at_ms) })}
            >
              {room('chat.edited')}
            </Text>
          )}
        </Group>
        {message.to !== null && (
          <Text size="xs" c="var(--rp-accent-text)" fw={600} className={classes.privately}>
            <IconLock size={12} aria-hidden />
            {room('chat.privateWith', { name: partner })}
          </Text>
        )}
        <div className={classes.text}>
          {message.is_deleted ? (
            <Text component="span" size="sm" fs="italic" c="dimmed">
              {t('chat.deleted')}
            </Text>
          ) : (
            <Words message={message} />
          )}
        </div>
        {message.file && <SentFile file={message.file} />}
        <Reactions message={message} />
      </div>
      {!message.is_deleted && !watches && (
        <Tools message={message} name={name} onReply={onReply} onEdit={onEdit} />
      )}
    </li>
  );
});

function Words({ message }: { message: ChatView }) {
  const me = useSession((session) => session.me);
  const names = useNames(message.mentions);
  const mentioned = message.mentions.map((id, index) => ({ id, name: names[index] ?? '' }));
  return segmentsOf(message.text, mentioned).map((part, index) => {
    if (part.kind === 'link') {
      return (
        <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
          {part.text}
        </a>
      );
    }
    if (part.kind === 'mention') {
      return (
        <mark
          key={index}
          className={classes.mention}
          data-me={part.id === me || undefined}
        >
          {part.text}
        </mark>
      );
    }
    return <span key={index}>{part.text}</span>;
  });
}

function Quote({ id, onJump }: { id: string; onJump: (messageId: string) => void }) {
  const { t } = useTranslation('room');
  const quoted = useSession((state) => quotedBy(state, id));
  const name = useName(quoted?.participant_id ?? null);
  if (!quoted || quoted.is_deleted) {
    return <div className={classes.quote}>{t('chat.quoteGone')}</div>;
  }
  return (
    <UnstyledButton
      className={classes.quote}
      title={t('chat.jump', { name })}
      onClick={() => onJump(id)}
    >
      <strong>{name}</strong> {quoted.text || quoted.file?.name}
    </UnstyledButton>
  );
}

function Reactions({ message }: { message: ChatView }) {
  const { t } = useTranslation('room');
  const classroom = useClassroom();
  const me = useSession((session) => session.me);
  const watches = useSession(isObserver);
  const given = EMOJI_NAMES.filter((emoji) => (message.reactions[emoji] ?? []).length > 0);
  const all = given.flatMap((emoji) => message.reactions[emoji] ?? []);
  const known = useNames(all);
  if (given.length === 0) return null;
  return (
    <div className={classes.reactions}>
      {given.map((emoji) => {
        const who = message.reactions[emoji] ?? [];
        const names = who.map((id) => known[all.indexOf(id)] ?? '').join(', ');
        const isMine = who.includes(me);
        const label = t('chat.reaction', { emoji: t(`emoji.${emoji}`), count: who.length, names });
        return (
          <button
            key={emoji}
            type="button"
            className={classes.reaction}
            aria-pressed={isMine}
            disabled={watches}
            aria-label={label}
            title={label}
            onClick={() =>
              void classroom.command({
                type: 'react_to_chat',
                message_id: message.message_id,
                emoji,
                is_on: !isMine,
              })
            }
          >
            <Picture name={emoji} size={16} /> {who.length}
          </button>
        );
      })}
    </div>
  );
}

function Tools({ message, name, onReply, onEdit }: Omit<Props, 'onJump'> & { name: string }) {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const classroom = useClassroom();
  const isMine = useSession((session) => session.me === message.participant_id);
  const hosts = useSession(isFacilitator);
  const [isOpen, setOpen] = useState(false);
  const mayDelete = isMine || (message.to === null && hosts);
  const react = (emoji: Emoji) => {
    setOpen(false);
    void classroom.command({
      type: 'react_to_chat',
      message_id: message.message_id,
      emoji,
      is_on: true,
    });
  };
  return (
    <div className={classes.tools} data-open={isOpen || undefined}>
      <Popover opened={isOpen} onChange={setOpen} position="top-end" trapFocus>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            c="var(--mantine-color-text)"
            aria-label={room('chat.react', { name })}
            onClick={() => setOpen(!isOpen)}
          >
            <IconMoodPlus size={17} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown p={6}>
          <Group gap={2} role="group" aria-label={room('chat.react', { name })}>
            {EMOJI_NAMES.map((emoji) => (
              <ActionIcon
                key={emoji}
                variant="subtle"
                color="gray"
                size={32}
                aria-label={room('chat.reactWith', { emoji: room(`emoji.${emoji}`) })}
                onClick={() => react(emoji)}
              >
                <Picture name={emoji} size={20} />
              </ActionIcon>
            ))}
          </Group>
        </Popover.Dropdown>
      </Popover>
      <ActionIcon
        variant="subtle"
        color="gray"
        c="var(--mantine-color-text)"
        aria-label={room('chat.reply', { name })}
        onClick={() => onReply(message)}
      >
        <IconArrowBackUp size={17} />
      </ActionIcon>
      {(isMine || mayDelete) && (
        <Menu position="bottom-end" width={200}>
          <Menu.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              c="var(--mantine-color-text)"
              aria-label={room('chat.more', { name })}
            >
              <IconDots size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {isMine && (
              <Menu.Item
                leftSection={<IconPencil size={16} aria-hidden />}
                onClick={() => onEdit(message)}
              >
                {room('chat.edit')}
              </Menu.Item>
            )}
            {mayDelete && (
              <Menu.Item
                c="var(--rp-bad-text)"
                leftSection={<IconTrash size={16} aria-hidden />}
                onClick={() =>
                  void classroom.command({ type: 'delete_chat', message_id: message.message_id })
                }
              >
                {t('chat.delete', { name })}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}
