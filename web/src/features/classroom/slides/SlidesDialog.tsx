import { ActionIcon, Button, FileButton, Group, Progress, Stack, Text } from '@mantine/core';
import { IconPresentation, IconTrash, IconUpload, IconX } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import type { DeckView } from '../../../protocol';
import { EmptyState, toast } from '../../../ui';
import { Dialog } from '../../../ui/Dialog';
import { useClassroom } from '../context';
import { usePage, useSession } from '../store';
import { pictureUrl } from './pages';
import classes from './slides.module.css';
import type { Uploading } from './uploads';

const ACCEPT =
  'application/pdf,.pdf,.pptx,application/vnd.openxmlformats-officedocument.presentationml.presentation';
const KNOWN = [
  'slides_wrong_type',
  'slides_encrypted',
  'slides_damaged',
  'slides_too_large',
  'slides_too_long',
  'slides_too_heavy',
  'slides_no_office',
  'slides_empty',
  'slides_storage_full',
  'too_many_decks',
  'too_many_uploads',
  'upload_too_slow',
  'session_ended',
  'unreachable',
] as const;

/** The decks of the session: upload, present, delete and bring back. Facilitators only. */
export function SlidesDialog() {
  const { t } = useTranslation('slides');
  const classroom = useClassroom();
  const opened = usePage((state) => state.dialog === 'slides');
  const close = () => classroom.store.setState({ dialog: null });
  return (
    <Dialog isOpen={opened} onClose={close} title={t('title')} size="lg">
      <Decks onPresented={close} />
    </Dialog>
  );
}

export function Decks({ onPresented }: { onPresented: () => void }) {
  const { t } = useTranslation('slides');
  const classroom = useClassroom();
  const decks = useSession((session) => session.decks);
  const uploading = useStore(classroom.uploads.store, (state) => state.list);
  const [isOver, setOver] = useState(false);
  const kept = decks.filter((deck) => !deck.is_deleted).reverse();
  const send = (files: File[]) => {
    for (const file of files) void classroom.uploads.send(file);
  };
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    send([...event.dataTransfer.files]);
  }
  return (
    <Stack gap="md">
      <div
        className={classes.drop}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <FileButton onChange={send} accept={ACCEPT} multiple>
          {(props) => (
            <Button {...props} leftSection={<IconUpload size={18} />}>
              {t('upload')}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed">
          {t('uploadHint')}
        </Text>
      </div>
      {uploading.length > 0 && (
        <ul className={classes.list} aria-label={t('uploads')}>
          {uploading.map((one) => (
            <UploadRow key={one.id} one={one} />
          ))}
        </ul>
      )}
      {kept.length === 0 && uploading.length === 0 && (
        <EmptyState
          title={t('none')}
          hint={t('noneHint')}
          icon={<IconPresentation size={28} />}
        />
      )}
      {kept.length > 0 && (
        <ul className={classes.list} aria-label={t('decks')}>
          {kept.map((deck) => (
            <DeckRow key={deck.deck_id} deck={deck} onPresented={onPresented} />
          ))}
        </ul>
      )}
      <Deleted decks={decks.filter((deck) => deck.is_deleted)} />
    </Stack>
  );
}

function UploadRow({ one }: { one: Uploading }) {
  const { t } = useTranslation('slides');
  const classroom = useClassroom();
  const code = KNOWN.find((known) => known === one.error);
  const percent = one.share === null ? null : Math.round(one.share * 100);
  const said =
    one.state === 'failed'
      ? t(`error.${code ?? 'other'}`)
      : t(`state.${one.state}`, { percent: percent ?? 0 });
  return (
    <li className={classes.row}>
      <span className={classes.what}>
        <span className={classes.name}>{one.name}</span>
        <Text
          size="sm"
          c={one.state === 'failed' ? undefined : 'dimmed'}
          className={one.state === 'failed' ? classes.error : undefined}
          role={one.state === 'failed' ? 'alert' : 'status'}
        >
          {said}
        </Text>
        {one.state !== 'failed' && (
          <Progress
            value={percent ?? 100}
            animated={percent === null}
            size="sm"
            aria-label={one.name}
          />
        )}
      </span>
      <ActionIcon
        variant="subtle"
        size={36}
        aria-label={t(one.state === 'failed' ? 'dismiss' : 'cancel', { name: one.name })}
        onClick={() =>
          one.state === 'failed'
            ? classroom.uploads.dismiss(one.id)
            : classroom.uploads.cancel(one.id)
        }
      >
        <IconX size={18} />
      </ActionIcon>
    </li>
  );
}

function DeckRow({ deck, onPresented }: { deck: DeckView; onPresented: () => void }) {
  const { t } = useTranslation('slides');
  const classroom = useClassroom();
  const isShown = useSession((session) => session.presentation?.deck_id === deck.deck_id);
  async function present() {
    if (await classroom.command({ type: 'present_deck', deck_id: deck.deck_id })) onPresented();
  }
  async function remove() {
    if (!(await classroom.command({ type: 'delete_deck', deck_id: deck.deck_id }))) return;
    toast(t('deleted', { name: deck.name }), {
      onUndo: () => void classroom.command({ type: 'restore_deck', deck_id: deck.deck_id }),
    });
  }
  return (
    <li className={classes.row}>
      <img
        className={classes.cover}
        src={pictureUrl(classroom.sessionId, deck.deck_id, 1, 'thumb')}
        alt=""
        loading="lazy"
      />
      <span className={classes.what}>
        <span className={classes.name}>{deck.name}</span>
        <Text size="sm" c="dimmed">
          {t('pages', { count: deck.titles.length })}
        </Text>
      </span>
      <Group gap={6} wrap="nowrap">
        {isShown ? (
          <Button
            size="compact-md"
            variant="default"
            onClick={() => void classroom.command({ type: 'stop_presenting' })}
          >
            {t('stop')}
          </Button>
        ) : (
          <Button
            size="compact-md"
            aria-label={t('presentDeck', { name: deck.name })}
            onClick={() => void present()}
          >
            {t('present')}
          </Button>
        )}
        <ActionIcon
          variant="subtle"
          color="coral.7"
          size={36}
          aria-label={t('delete', { name: deck.name })}
          onClick={() => void remove()}
        >
          <IconTrash size={18} />
        </ActionIcon>
      </Group>
    </li>
  );
}

/** Brought back long after the toast has gone. */
function Deleted({ decks }: { decks: DeckView[] }) {
  const { t } = useTranslation('slides');
  const classroom = useClassroom();
  if (decks.length === 0) return null;
  return (
    <details>
      <summary className={classes.summary}>{t('deletedDecks', { count: decks.length })}</summary>
      <ul className={classes.list}>
        {decks.map((deck) => (
          <li key={deck.deck_id} className={classes.row}>
            <span className={classes.what}>{deck.name}</span>
            <Button
              size="compact-md"
              variant="light"
              aria-label={t('restoreDeck', { name: deck.name })}
              onClick={() =>
                void classroom.command({ type: 'restore_deck', deck_id: deck.deck_id })
              }
            >
              {t('restore')}
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
