import { ActionIcon, CloseButton, NativeSelect, Textarea } from '@mantine/core';
import { IconCheck, IconPaperclip, IconSend2 } from '@tabler/icons-react';
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { AnyCommand, ChatView } from '../../../protocol';
import { useClassroom } from '../context';
import { isObserver, personOf } from '../selectors';
import { usePageStore, useSession } from '../store';
import { useAddressee } from './addressee';
import classes from './chat.module.css';
import { ChosenFiles } from './Files';
import { mentionAt, mentionsIn, suggest } from './text';
import { MOST_AT_ONCE, useUploads } from './uploads';

const LONGEST = 2000;
/** What the dialog offers first; the server looks at what is inside. */
const ACCEPTED =
  'image/png,image/jpeg,image/gif,image/webp,application/pdf,text/*,.docx,.xlsx,.pptx,.odt,.ods,.odp,.md,.csv';

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
  const [text, setText] = useState('');
  const [cursor, setCursor] = useState(0);
  const [marked, setMarked] = useState(0);
  const [isClosed, setClosed] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const uploads = useUploads(classroom.sessionId);
  const listId = useId();
  const fixed = editing ?? replyTo;
  const { others, to, toName, closed, mayAttach } = useAddressee(fixed);
  const author = useSession(
    (session) => personOf(session, fixed?.participant_id ?? null)?.name ?? '',
  );
  const isWatching = useSession(isObserver);
  const takesFiles = !editing && closed === null && mayAttach;
  const maySend = editing
    ? text.trim() !== '' || editing.file !== null
    : !uploads.isBusy && (uploads.list.length > 0 ? uploads.areReady : text.trim() !== '');
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
    if (closed || !maySend) return;
    const mentions = mentionsIn(line, mentionable);
    setText('');
    onDone();
    onSent();
    const files = editing ? [] : uploads.take();
    const along = mentions.length > 0 ? { mentions } : {};
    const first = files[0]?.fileId;
    const addressed = to === null ? {} : { to };
    const command: AnyCommand = editing
      ? { type: 'edit_chat', message_id: editing.message_id, text: line, ...along }
      : {
          type: 'send_chat',
          text: line,
          ...addressed,
          ...(replyTo ? { reply_to: replyTo.message_id } : {}),
          ...(first ? { file_id: first } : {}),
          ...along,
        };
    void classroom.command(command).then((isSent) => {
      // What could not be sent goes back to where it can be sent again.
      if (isSent) return;
      setText((now) => now || line);
      uploads.putBack(files.slice(0, 1));
    });
    for (const one of files.slice(1)) {
      void classroom
        .command({ type: 'send_chat', text: '', file_id: one.fileId, ...addressed })
        .then((isSent) => {
          if (!isSent) uploads.putBack([one]);
        });
    }
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

  if (isWatching) {
    return (
      <div className={classes.compose}>
        <p className={classes.policy} data-testid="chat-policy">
          {room('chat.watching')}
        </p>
      </div>
    );
  }
  const placeholder =
    to === null ? t('chat.placeholder') : room('chat.placeholderTo', { name: toName });
  return (
    <form
      className={classes.compose}
      onSubmit={send}
      onDragOver={(event) => {
        if (takesFiles && event.dataTransfer.types.includes('Files')) event.preventDefault();
      }}
      onDrop={(event) => {
        if (!takesFiles || event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        uploads.add(event.dataTransfer.files);
      }}
    >
      {fixed && (
        <div className={classes.context}>
          <span>
            {editing
              ? room('chat.editing')
              : room('chat.replying', { name: author })}
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
      {!editing && <ChosenFiles uploads={uploads} />}
      <div className={classes.line}>
        {takesFiles && (
          <>
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              accept={ACCEPTED}
              data-testid="chat-file"
              onChange={({ currentTarget }) => {
                uploads.add(currentTarget.files ?? []);
                currentTarget.value = '';
                box.current?.focus();
              }}
            />
            <ActionIcon
              variant="default"
              size={42}
              disabled={uploads.list.length >= MOST_AT_ONCE}
              aria-label={room('file.attach')}
              title={room('file.attachHint')}
              onClick={() => picker.current?.click()}
            >
              <IconPaperclip size={20} />
            </ActionIcon>
          </>
        )}
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
          onPaste={(event) => {
            if (!takesFiles || event.clipboardData.files.length === 0) return;
            event.preventDefault();
            uploads.add(event.clipboardData.files);
          }}
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
          disabled={closed !== null || uploads.isBusy}
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
