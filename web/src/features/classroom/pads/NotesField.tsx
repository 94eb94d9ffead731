import { Alert, Button, Text, Textarea } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import * as Y from 'yjs';
import { useStore } from 'zustand';

import { saveText } from '../../../ui';
import { useTick } from '../context';
import { personOf } from '../selectors';
import { useSession } from '../store';
import { NOTES_BARRIER, useBarrier } from './access';
import { ProblemNote } from './ProblemNote';
import { CURSOR_LASTS_MS, type PadSync } from './sync';
import { applyChange, changeBetween, movedCaret } from './text';

const OWN = 'typed here';
const TELL_EVERY_MS = 1000;

/** A text field on the shared text; the caret stays where it is while others write. */
export default function NotesField({ pad }: { pad: PadSync }) {
  const { t } = useTranslation('pads');
  const field = useRef<HTMLTextAreaElement>(null);
  const [shared] = useState(() => pad.doc.getText('text'));
  const [value, setValue] = useState(() => shared.toString());
  const caret = useRef<[number, number] | null>(null);
  const [undo] = useState(() => new Y.UndoManager(shared, { trackedOrigins: new Set([OWN]) }));
  const phase = useStore(pad.store, (state) => state.phase);
  const isUnsent = useStore(pad.store, (state) => state.isUnsent);
  const barrier = useBarrier('notes');
  const told = useRef(0);

  useEffect(() => {
    const changed = (event: Y.YTextEvent, transaction: Y.Transaction) => {
      const box = field.current;
      if (box && transaction.origin !== OWN) {
        const moved = (at: number) => movedCaret(at, event.delta as Parameters<typeof movedCaret>[1]);
        caret.current = [moved(box.selectionStart), moved(box.selectionEnd)];
      }
      setValue(shared.toString());
    };
    shared.observe(changed);
    setValue(shared.toString());
    return () => shared.unobserve(changed);
  }, [shared]);

  useEffect(() => {
    const box = field.current;
    if (!box || !caret.current) return;
    // Only what has the focus has a caret to keep; setting it elsewhere would take the focus.
    if (document.activeElement === box) box.setSelectionRange(...caret.current);
    caret.current = null;
  }, [value]);

  function typed(box: HTMLTextAreaElement): void {
    const change = changeBetween(shared.toString(), box.value, box.selectionEnd);
    if (!change) return;
    caret.current = [box.selectionStart, box.selectionEnd];
    pad.doc.transact(() => applyChange(shared, change), OWN);
    const now = Date.now();
    if (now - told.current >= TELL_EVERY_MS) {
      told.current = now;
      pad.point();
    }
  }

  function onKey(event: React.KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const isRedo = key === 'y' || (key === 'z' && event.shiftKey);
    if (key !== 'z' && !isRedo) return;
    event.preventDefault();
    if (isRedo) undo.redo();
    else undo.undo();
  }

  return (
    <>
      <ProblemNote pad={pad} />
      {barrier && (
        <Alert color="gray" mb="sm" p="xs">
          {t(NOTES_BARRIER[barrier])}
        </Alert>
      )}
      <Textarea
        ref={field}
        label={t('notes.label')}
        description={t('notes.hint')}
        placeholder={t('notes.placeholder')}
        value={value}
        readOnly={barrier !== null}
        autosize
        minRows={8}
        maxRows={24}
        data-testid="shared-notes"
        onChange={(event) => typed(event.currentTarget)}
        onKeyDown={onKey}
      />
      <Text size="xs" c="dimmed" mt={4} mih={18} role="status" data-testid="notes-state">
        {phase !== 'open'
          ? t('notes.offline')
          : isUnsent
            ? t('notes.saving')
            : value === ''
              ? ''
              : t('notes.saved')}
      </Text>
      <Writing pad={pad} />
      {value !== '' && (
        <Button
          variant="default"
          size="xs"
          mt="sm"
          leftSection={<IconDownload size={15} aria-hidden />}
          onClick={() => saveText('notes.md', value)}
        >
          {t('notes.export')}
        </Button>
      )}
    </>
  );
}

function Writing({ pad }: { pad: PadSync }) {
  const { t, i18n } = useTranslation('pads');
  const cursors = useStore(pad.store, (state) => state.cursors);
  const session = useSession((state) => state);
  useTick(1000, Object.keys(cursors).length > 0);
  const names = Object.entries(cursors)
    .filter(([id, { at }]) => id !== session.me && Date.now() - at < CURSOR_LASTS_MS)
    .flatMap(([id]) => personOf(session, id)?.name ?? []);
  if (names.length === 0) return null;
  const listed = new Intl.ListFormat(i18n.language, { type: 'conjunction' }).format(names);
  return (
    <Text size="xs" c="dimmed" data-testid="notes-writing">
      {t('notes.writing', { names: listed, count: names.length })}
    </Text>
  );
}
