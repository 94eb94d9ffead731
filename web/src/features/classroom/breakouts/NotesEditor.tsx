import { Text, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { BreakoutRoomView } from '../../../protocol';
import { useClassroom } from '../context';
import { NOTES_BARRIER, useBarrier } from '../pads/access';
import { personOf } from '../selectors';
import { useSession } from '../store';
import { merged } from './merge';

const SAVE_AFTER_MS = 700;

/**
 * The room's notes: everybody in it writes the same text. What others write comes in as they save
 * it; what is being written here is laid over it, never over their words.
 */
export function NotesEditor({ room }: { room: BreakoutRoomView }) {
  const { t } = useTranslation('breakouts');
  const { t: pads } = useTranslation('pads');
  const classroom = useClassroom();
  const [text, setText] = useState(room.notes);
  /** What the text was written on. */
  const base = useRef({ text: room.notes, version: room.notes_version });
  const latest = useRef(text);
  latest.current = text;
  const isSaving = useRef(false);
  const author = useSession((session) => personOf(session, room.notes_by)?.name ?? null);
  const barrier = useBarrier('notes');
  const isMine = useSession((session) => session.me === room.notes_by);

  useEffect(() => {
    if (room.notes_version === base.current.version) return;
    const next = merged(base.current.text, latest.current, room.notes);
    base.current = { text: room.notes, version: room.notes_version };
    setText(next);
  }, [room.notes, room.notes_version]);

  const isDirty = text.trimEnd() !== room.notes;
  useEffect(() => {
    if (!isDirty) return;
    const timer = window.setInterval(() => {
      if (isSaving.current) return;
      isSaving.current = true;
      const { version } = base.current;
      void classroom
        .attempt({ type: 'write_room_notes', text: latest.current, version })
        .finally(() => {
          isSaving.current = false;
        });
    }, SAVE_AFTER_MS);
    return () => window.clearInterval(timer);
  }, [classroom, isDirty]);

  return (
    <div>
      <Textarea
        label={t('notes.label')}
        description={barrier === null ? t('notes.hint') : pads(NOTES_BARRIER[barrier])}
        placeholder={t('notes.placeholder')}
        value={text}
        maxLength={8000}
        readOnly={barrier !== null}
        autosize
        minRows={4}
        maxRows={14}
        data-testid="room-notes"
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Text size="xs" c="dimmed" mt={4}>
        {isDirty
          ? t('notes.saving')
          : room.notes_version === 0
            ? ' '
            : isMine || author === null
              ? t('notes.saved')
              : t('notes.savedBy', { name: author })}
      </Text>
    </div>
  );
}
