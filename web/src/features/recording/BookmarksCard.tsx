import { ActionIcon, Button, Group, TextInput } from '@mantine/core';
import { IconBookmark, IconPencil, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import type { Bookmark } from '../../protocol';
import { Card, EmptyState, ErrorState } from '../../ui';
import classes from './MomentsCard.module.css';
import { usePlayer } from './player';
import type { Bookmarks } from './useBookmarks';

const LONGEST = 500;

/** One's own places in the recording, with a note each. */
export function BookmarksCard({ bookmarks }: { bookmarks: Bookmarks }) {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const [editing, setEditing] = useState<string | null>(null);
  const { list, error } = bookmarks;
  const add = async () => {
    const made = await bookmarks.add(player.state.timeMs);
    if (made) setEditing(made.bookmark_id);
  };
  return (
    <Card component="section" aria-label={t('bookmarks.title')} className={classes.card}>
      <Group justify="space-between" gap="xs">
        <h2 className={classes.heading}>{t('bookmarks.title')}</h2>
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconBookmark size={16} aria-hidden />}
          aria-keyshortcuts="b"
          onClick={() => void add()}
        >
          {t('bookmarks.add')}
        </Button>
      </Group>
      {error && list === null && <ErrorState error={error} onRetry={bookmarks.reload} />}
      {list?.length === 0 && (
        <EmptyState
          icon={<IconBookmark size={28} />}
          title={t('bookmarks.none')}
          hint={t('bookmarks.noneHint')}
        />
      )}
      {list !== null && list.length > 0 && (
        <ol
          className={classes.list}
          tabIndex={list.length > 4 ? 0 : -1}
          aria-label={t('bookmarks.title')}
        >
          {list.map((one) => (
            <Row
              key={one.bookmark_id}
              bookmark={one}
              bookmarks={bookmarks}
              isEdited={editing === one.bookmark_id}
              onEdit={(isEdited) => setEditing(isEdited ? one.bookmark_id : null)}
            />
          ))}
        </ol>
      )}
    </Card>
  );
}

interface RowProps {
  bookmark: Bookmark;
  bookmarks: Bookmarks;
  isEdited: boolean;
  onEdit: (isEdited: boolean) => void;
}

function Row({ bookmark, bookmarks, isEdited, onEdit }: RowProps) {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const time = formatClock(bookmark.at_ms);
  return (
    <li className={classes.moment}>
      <span className={classes.icon} data-kind="moment" aria-hidden>
        <IconBookmark size={18} />
      </span>
      <div className={classes.body}>
        <div className={classes.line}>
          <button
            type="button"
            className={classes.when}
            aria-label={t('moments.goTo', { time })}
            onClick={() => player.seek(bookmark.at_ms)}
          >
            {time}
          </button>
        </div>
        {isEdited ? (
          <NoteForm bookmark={bookmark} bookmarks={bookmarks} onDone={() => onEdit(false)} />
        ) : (
          bookmark.note !== '' && <p>{bookmark.note}</p>
        )}
      </div>
      {!isEdited && (
        <Group gap={2} wrap="nowrap" align="flex-start">
          <ActionIcon
            variant="subtle"
            color="gray"
            c="var(--mantine-color-text)"
            aria-label={t('bookmarks.edit', { time })}
            onClick={() => onEdit(true)}
          >
            <IconPencil size={17} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            c="var(--mantine-color-text)"
            aria-label={t('bookmarks.delete', { time })}
            onClick={() => void bookmarks.remove(bookmark)}
          >
            <IconTrash size={17} />
          </ActionIcon>
        </Group>
      )}
    </li>
  );
}

interface NoteProps {
  bookmark: Bookmark;
  bookmarks: Bookmarks;
  onDone: () => void;
}

function NoteForm({ bookmark, bookmarks, onDone }: NoteProps) {
  const { t } = useTranslation('recording');
  const [note, setNote] = useState(bookmark.note);
  const save = (event: FormEvent) => {
    event.preventDefault();
    void bookmarks.write(bookmark, note).then((isSaved) => isSaved && onDone());
  };
  return (
    <form onSubmit={save}>
      <TextInput
        mt={6}
        data-autofocus
        autoFocus
        maxLength={LONGEST}
        aria-label={t('bookmarks.note', { time: formatClock(bookmark.at_ms) })}
        placeholder={t('bookmarks.placeholder')}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone();
        }}
      />
      <Group gap={6} mt={6}>
        <Button type="submit" size="compact-sm">
          {t('bookmarks.save')}
        </Button>
        <Button size="compact-sm" variant="subtle" onClick={onDone}>
          {t('bookmarks.cancel')}
        </Button>
      </Group>
    </form>
  );
}
