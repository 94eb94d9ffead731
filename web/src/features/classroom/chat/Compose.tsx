import { ActionIcon, CloseButton, NativeSelect, Textarea } from '@mantine/core';
import { IconCheck, IconSend2 } from '@tabler/icons-react';
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { AnyCommand, ChatView } from '../../../protocol';
import { useClassroom, useTick } from '../context';
import { peopleHere, personOf } from '../selectors';
import { sessionNow, usePage, usePageStore, useSession } from '../store';
import classes from './chat.module.css';
import { closedFor } from './policy';
import { mentionAt, mentionsIn, suggest } from './text';

const LONGEST = 2000;

interface Props {
  replyTo: ChatView | null;
  editing: ChatView | null;
  onDone: () => void;
  onSent: () => void;
}

/** Where a message is written: to whom, in answer to what, and who will be able to read it. */
export function Compose({ replyTo, editing, onDone, onSent }: Props) {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const store = usePageStore();
  const session = useSession((state) => state);
  const chosen = usePage((state) => state.chatTo);
  const [text, setText] = useState('');
  const [cursor, setCursor] = useState(0);
  const [marked, setMarked] = useState(0);
  const [isClosed, setClosed] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const others = peopleHere(session)
    .filter((one) => one.participant_id !== session.me)
    .map((one) => ({ id: one.participant_id, name: one.name }));
  const fixed = editing ?? replyTo;
  const to = fixed ? partnerOf(fixed, session.me) : others.some((o) => o.id === chosen) ? chosen : null;
  const toName = personOf(session, to)?.name ?? '';
  useTick(1000, session.unattended_since_ms !== null);
  const closed = closedFor(session, to, sessionNow(store.getState()));
  const mentionable = to === null ? others : others.filter((one) => one.id === to);
  const writing = isClosed ? null : mentionAt(text, cursor);
  const suggestions = writing ? suggest(mentionable, writing.query) : [];

  useEffect(() => {
    if (editing) setText(editing.text);
    if (editing || replyTo) box.current?.focus();
  }, [editing, replyTo]);

  function pick(name: string) {
    if (!writing) return;
    const before = `${text.slice(0, writing.from)}@${name} `;
    setText(before + text.slice(cursor).trimStart());
    setCursor(before.length);
    setClosed(true);
    box.current?.focus();
  }

  function send(event?: FormEvent) {
    event?.preventDefault();
    const line = text.trim();
    if (line === '' || closed) return;
    const mentions = mentionsIn(line, mentionable);
    setText('');
    onDone();
    onSent();
    const more = mentions.length > 0 ? { mentions } : {};
    const command: AnyCommand = editing
      ? { type: 'edit_chat', message_id: editing.message_id, text: line, ...more }
      : {
          type: 'send_chat',
          text: line,
          ...(to === null ? {} : { to }),
          ...(replyTo ? { reply_to: replyTo.message_id } : {}),
          ...more,
        };
    void classroom.command(command).then((isSent) => {
      // What could not be sent goes back to where it can be sent again.
      if (!isSent) setText((now) => now || line);
    });
  }

  function onKey(event: KeyboardEvent<HTMLTextAreaElement>) {
    const picked = suggestions[marked % Math.max(1, suggestions.length)];
    if (picked && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : suggestions.length - 1;
      setMarked((now) => (now + step) % suggestions.length);
    } else if (picked && (event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) {
      event.preventDefault();
      pick(picked.name);
    } else if (event.key === 'Escape' && (picked || fixed)) {
      event.preventDefault();
      event.stopPropagation();
      if (picked) setClosed(true);
      else cancel();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
  }

  function cancel() {
    if (editing) setText('');
    onDone();
  }

  const placeholder =
    to === null ? t('chat.placeholder') : room('chat.placeholderTo', { name: toName });
  return (
    <form className={classes.compose} onSubmit={send}>
      {fixed && (
        <div className={classes.context}>
          <span>
            {editing
              ? room('chat.editing')
              : room('chat.replying', {
                  name: personOf(session, fixed.participant_id)?.name ?? '',
                })}
            {!editing && `: ${fixed.text}`}
          </span>
          <CloseButton
            size="sm"
            aria-label={editing ? common('action.cancel') : room('chat.replyStop')}
            onClick={cancel}
          />
        </div>
      )}
      {!fixed && (
        <NativeSelect
          size="xs"
          aria-label={room('chat.toLabel')}
          value={to ?? ''}
          onChange={(event) => store.setState({ chatTo: event.currentTarget.value || null })}
          data={[
            { value: '', label: room('chat.everyone') },
            ...others.map((one) => ({
              value: one.id,
              label: `${room('chat.private')}: ${one.name}`,
            })),
          ]}
        />
      )}
      {suggestions.length > 0 && (
        <ul
          className={classes.suggestions}
          role="listbox"
          id={listId}
          aria-label={room('chat.mentions')}
        >
          {suggestions.map((one, index) => (
            <li
              key={one.id}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === marked % suggestions.length}
              className={classes.suggestion}
              onMouseDown={(event) => {
                event.preventDefault();
                pick(one.name);
              }}
            >
              {one.name}
            </li>
          ))}
        </ul>
      )}
      <div className={classes.line}>
        <Textarea
          ref={box}
          flex={1}
          size="md"
          rows={1}
          classNames={{ input: classes.field }}
          value={text}
          maxLength={LONGEST}
          disabled={closed !== null}
          autoComplete="off"
          placeholder={placeholder}
          aria-label={placeholder}
          role="combobox"
          aria-expanded={suggestions.length > 0}
          aria-controls={suggestions.length > 0 ? listId : undefined}
          aria-activedescendant={
            suggestions.length > 0 ? `${listId}-${marked % suggestions.length}` : undefined
          }
          aria-autocomplete="list"
          aria-describedby={`${listId}-policy`}
          onKeyDown={onKey}
          onChange={({ currentTarget }) => {
            setText(currentTarget.value);
            setCursor(currentTarget.selectionStart);
            setMarked(0);
            setClosed(false);
          }}
        />
        <ActionIcon
          type="submit"
          size={42}
          disabled={closed !== null}
          aria-label={editing ? room('chat.save') : t('chat.send')}
          data-testid="send-chat"
        >
          {editing ? <IconCheck size={20} /> : <IconSend2 size={20} />}
        </ActionIcon>
      </div>
      <p className={classes.policy} id={`${listId}-policy`} data-testid="chat-policy">
        {closed
          ? room(`chat.${closed}`)
          : to === null
            ? room('chat.policyAll')
            : room('chat.policyPrivate', { name: toName })}
      </p>
    </form>
  );
}

function partnerOf(message: ChatView, me: string): string | null {
  if (message.to === null) return null;
  return message.participant_id === me ? message.to : message.participant_id;
}
