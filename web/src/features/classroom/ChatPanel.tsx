import { IconMessageCircle } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { ChatView } from '../../protocol';
import { EmptyState } from '../../ui';
import { Compose } from './chat/Compose';
import { Message, messageId } from './chat/Message';
import classes from './Panel.module.css';
import { chatHere } from './selectors';
import { useSession } from './store';

/** Nearer to the end than this, new lines scroll into view by themselves. */
const FOLLOWS_PX = 80;

export function ChatPanel() {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const all = useSession((session) => session.chat);
  const roomId = useSession((session) => session.room_id);
  const chat = useMemo(() => chatHere(all, roomId), [all, roomId]);
  const [replyTo, setReplyTo] = useState<ChatView | null>(null);
  const [editing, setEditing] = useState<ChatView | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    const box = list.current;
    if (box && follows.current) box.scrollTop = box.scrollHeight;
  }, [chat.length]);

  const reply = useCallback((message: ChatView) => {
    setEditing(null);
    setReplyTo(message);
  }, []);
  const edit = useCallback((message: ChatView) => {
    setReplyTo(null);
    setEditing(message);
  }, []);
  const jump = useCallback((id: string) => {
    const line = document.getElementById(messageId(id));
    line?.scrollIntoView({ block: 'center' });
    line?.focus({ preventScroll: true });
  }, []);

  return (
    <>
      {chat.length === 0 ? (
        <div className={classes.scroll}>
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
          }}
        >
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
