import { ActionIcon, Button, Menu, TextInput } from '@mantine/core';
import {
  IconDots, IconDownload, IconListCheck, IconMovie, IconPencil, IconPlayerPlayFilled, IconRestore, IconTrash,
} from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';

import { formatClock, formatDate } from '../../i18n';
import type { RecordingSummary } from '../../protocol';
import { apiUrl } from '../../transport/http';
import { StageBadge } from '../../ui/job/StageBadge';
import { foundRoomName, snippetPieces } from '../../ui/media/found';
import { isoDuration } from '../../ui/media/time';
import classes from './LibraryPage.module.css';
import { cardPath } from './state';

interface Props {
  recording: RecordingSummary;
  onRename: (title: string) => Promise<void>;
  onDelete: () => void;
  onRestore: () => void;
  /** The recording reached another stage: the list is old. */
  onChanged: () => void;
}

export function RecordingCard({ recording, onRename, onDelete, onRestore, onChanged }: Props) {
  const { t } = useTranslation('library');
  const [isRenaming, setRenaming] = useState(false);
  const path = cardPath(recording);
  const facts = [
    recording.course_title,
    recording.facilitator_names.join(', '),
    formatDate(recording.recorded_at),
  ].filter(Boolean);
  return (
    <li className={classes.card} data-deleted={recording.is_deleted || undefined}>
      <Thumbnail recording={recording} path={path} />
      <div className={classes.body}>
        {isRenaming ? (
          <Rename
            title={recording.title}
            onDone={(title) => {
              setRenaming(false);
              if (title !== null) void onRename(title);
            }}
          />
        ) : (
          <div className={classes.head}>
            <h2>
              {recording.is_deleted ? recording.title : <Link href={path}>{recording.title}</Link>}
            </h2>
            {recording.can_edit && !recording.is_deleted && (
              <Actions
                recording={recording}
                onRename={() => setRenaming(true)}
                onDelete={onDelete}
              />
            )}
          </div>
        )}
        <p className={classes.facts}>{facts.join(' · ')}</p>
        <div className={classes.foot}>
          {recording.is_deleted ? (
            recording.can_edit && (
              <Button
                size="compact-sm"
                variant="light"
                leftSection={<IconRestore size={15} />}
                onClick={onRestore}
                aria-label={t('restoreOne', { title: recording.title })}
              >
                {t('restore')}
              </Button>
            )
          ) : (
            <>
              {recording.stage !== 'published' && (
                <StageBadge
                  recordingId={recording.recording_id}
                  stage={recording.stage}
                  onStage={onChanged}
                />
              )}
              <span>{t('people', { count: recording.participant_count })}</span>
              {recording.chapter_count > 0 && (
                <span>{t('chapters', { count: recording.chapter_count })}</span>
              )}
            </>
          )}
        </div>
        {recording.snippet !== null && !recording.is_deleted && <Snippet recording={recording} path={path} />}
      </div>
    </li>
  );
}

function Thumbnail({ recording, path }: { recording: RecordingSummary; path: string }) {
  const inside = (
    <>
      {recording.thumbnail ? (
        <img src={recording.thumbnail} alt="" loading="lazy" />
      ) : (
        <span className={classes.noPicture}>
          <IconMovie size={44} stroke={1.3} />
        </span>
      )}
      {!recording.is_deleted && (
        <span className={classes.play} aria-hidden>
          <IconPlayerPlayFilled size={22} />
        </span>
      )}
      {recording.duration_ms !== null && (
        <time className={classes.length} dateTime={isoDuration(recording.duration_ms)}>
          {formatClock(recording.duration_ms)}
        </time>
      )}
    </>
  );
  // The title is the link people tab to; the picture is the same one for the pointer.
  return recording.is_deleted ? (
    <div className={classes.thumbnail}>{inside}</div>
  ) : (
    <Link href={path} className={classes.thumbnail} tabIndex={-1} aria-hidden>
      {inside}
    </Link>
  );
}

function Snippet({ recording, path }: { recording: RecordingSummary; path: string }) {
  const { t, i18n } = useTranslation('library');
  const at = recording.snippet_at_ms;
  const room = recording.snippet_room ?? null;
  return (
    <Link href={path} className={classes.snippet}>
      {at !== null && (
        <b aria-label={t('playFrom', { time: formatClock(at) })}>{formatClock(at)}</b>
      )}
      {room !== null && <em>{t('inRoom', { name: foundRoomName(room, i18n.language) })}</em>}
      <span>
        {snippetPieces(recording.snippet ?? '').map((piece, index) =>
          piece.isHit ? <mark key={index}>{piece.text}</mark> : piece.text,
        )}
      </span>
    </Link>
  );
}

interface ActionsProps {
  recording: RecordingSummary;
  onRename: () => void;
  onDelete: () => void;
}

function Actions({ recording, onRename, onDelete }: ActionsProps) {
  const { t } = useTranslation('library');
  const id = recording.recording_id;
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={32}
          c="dimmed"
          aria-label={t('actions', { title: recording.title })}
        >
          <IconDots size={19} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} />} onClick={onRename}>
          {t('rename')}
        </Menu.Item>
        {recording.stage === 'published' && (
          <>
            <Menu.Item
              component="a"
              href={apiUrl(`/recordings/${id}/download`)}
              download
              leftSection={<IconDownload size={16} />}
            >
              {t('download')}
            </Menu.Item>
            <Menu.Item
              component={Link}
              href={`/recordings/${id}/review`}
              leftSection={<IconListCheck size={16} />}
            >
              {t('review')}
            </Menu.Item>
          </>
        )}
        <Menu.Divider />
        <Menu.Item
          color="var(--rp-bad-text)"
          leftSection={<IconTrash size={16} />}
          onClick={onDelete}
        >
          {t('delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Enter or leaving the field keeps the title, Escape does not. */
function Rename({ title, onDone }: { title: string; onDone: (title: string | null) => void }) {
  const { t } = useTranslation('library');
  const [value, setValue] = useState(title);
  const field = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);
  useEffect(() => {
    field.current?.select();
  }, []);
  const finish = (next: string | null): void => {
    if (isDone.current) return;
    isDone.current = true;
    const clean = next?.trim() ?? '';
    onDone(clean === '' || clean === title ? null : clean);
  };
  return (
    <TextInput
      ref={field}
      autoFocus
      value={value}
      maxLength={160}
      aria-label={t('newTitle')}
      onChange={(event) => setValue(event.currentTarget.value)}
      onBlur={() => finish(value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish(value);
        if (event.key === 'Escape') finish(null);
      }}
    />
  );
}
