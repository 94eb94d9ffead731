import { IconMessageCircle } from '@tabler/icons-react';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { ChatView } from '../../protocol';
import { EmptyState } from '../../ui';
import { Compose } from './chat/Compose';
import { Earlier } from './chat/Earlier';
import { chatHere } from './chat/fold';
import { Message, messageId } from './chat/Message';
import classes from './Panel.module.css';
import { useClassroom } from './context';
import { usePage, useSession } from './store';

/** Nearer to the end than this, new lines scroll into view by themselves. */
const FOLLOWS_PX = 80;
/** Nearer to the beginning than this, what was said before comes by itself. */
const LOADS_PX = 40;

export function ChatPanel() {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const classroom = useClassroom();
  const all = useSession((session) => session.chat);
  const cuts = useSession((session) => session.chat_from);
  const roomId = useSession((session) => session.room_id);
  const status = usePage((state) => state.earlier);
  const chat = useMemo(
    () => chatHere({ chat: all, chat_from: cuts }, roomId),
    [all, cuts, roomId],
  );
  const isCut = cuts[roomId] !== undefined;
  const [replyTo, setReplyTo] = useState<ChatView | null>(null);
  const [editing, setEditing] = useState<ChatView | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const top = useRef({ id: '', offset: 0, wasCut: false });
  /** A line that is quoted and has not come yet. */
  const wanted = useRef('');

  useLayoutEffect(() => {
    const box = list.current;
    if (!box) return;
    const before = top.current;
    const known = document.getElementById(messageId(before.id));
    if (follows.current) box.scrollTop = box.scrollHeight;
    // What came above must not push away what is being read.
    else if (known) box.scrollTop += known.offsetTop - before.offset;
    const id = chat[0]?.message_id ?? '';
    const first = document.getElementById(messageId(id));
    top.current = { id, offset: first?.offsetTop ?? 0, wasCut: isCut };
    // The button has gone with the last page, and the keyboard's place with it.
    if (before.wasCut && !isCut && document.activeElement === document.body) {
      box.focus({ preventScroll: true });
    }
  }, [chat, isCut, status]);

  const load = useCallback(() => {
    follows.current = false;
    void classroom.loadEarlier();
  }, [classroom]);
  const reply = useCallback((message: ChatView) => {
    setEditing(null);
    setReplyTo(message);
  }, []);
  const edit = useCallback((message: ChatView) => {
    setReplyTo(null);
    setEditing(message);
  }, []);
  const jump = useCallback(
    (id: string) => {
      const line = document.getElementById(messageId(id));
      wanted.current = line ? '' : id;
      if (!line) return load();
      line.scrollIntoView({ block: 'center' });
      line.focus({ preventScroll: true });
    },
    [load],
  );
  useLayoutEffect(() => {
    if (wanted.current === '') return;
    if (document.getElementById(messageId(wanted.current))) jump(wanted.current);
    else if (!isCut || status === 'failed') wanted.current = '';
    else if (status === 'idle') load();
  }, [chat, isCut, jump, load, status]);

  return (
    <>
      {chat.length === 0 ? (
        <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('panel.chat')}>
          <EmptyState
            title={t('chat.empty')}
            hint={room('chat.emptyHint')}
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
            const isAtTop = box.scrollTop < LOADS_PX && !follows.current;
            if (isAtTop && isCut && status === 'idle') load();
          }}
          aria-busy={status === 'loading'}
          data-cut={isCut || undefined}
        >
          {isCut && <Earlier onLoad={load} />}
          <ul className={classes.list}>
            {chat.map((message) => (
              <Message
                key={message.message_id}
                message={message}
                onReply={reply}
                onEdit={edit}
                onJump={jump}
              />
            ))}
          </ul>
        </div>
      )}
      <Compose
        replyTo={replyTo}
        editing={editing}
        onDone={() => {
          setReplyTo(null);
          setEditing(null);
        }}
        onSent={() => {
          follows.current = true;
        }}
      />
    </>
  );
}
