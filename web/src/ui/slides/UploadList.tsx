import { ActionIcon, Button, FileButton, Progress, Text } from '@mantine/core';
import { IconUpload, IconX } from '@tabler/icons-react';
import { type DragEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import classes from './decks.module.css';
import type { Uploading, Uploads } from './uploads';

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

/** Choose or drop files, and see how far each has come or what stood in its way. */
export function UploadList({ uploads }: { uploads: Uploads }) {
  const { t } = useTranslation('slides');
  const list = useStore(uploads.store, (state) => state.list);
  useEffect(() => {
    void uploads.resume();
  }, [uploads]);
  const [isOver, setOver] = useState(false);
  const send = (files: File[]) => {
    for (const file of files) void uploads.send(file);
  };
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    send([...event.dataTransfer.files]);
  }
  return (
    <>
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
      {list.length > 0 && (
        <ul className={classes.list} aria-label={t('uploads')}>
          {list.map((one) => (
            <UploadRow key={one.id} one={one} uploads={uploads} />
          ))}
        </ul>
      )}
    </>
  );
}

function UploadRow({ one, uploads }: { one: Uploading; uploads: Uploads }) {
  const { t } = useTranslation('slides');
  const code = KNOWN.find((known) => known === one.error);
  const percent = one.share === null ? null : Math.round(one.share * 100);
  const isFailed = one.state === 'failed';
  return (
    <li className={classes.uploading}>
      <span className={classes.what}>
        <span className={classes.name}>{one.name}</span>
        <Text
          size="sm"
          c={isFailed ? undefined : 'dimmed'}
          className={isFailed ? classes.error : undefined}
          role={isFailed ? 'alert' : 'status'}
        >
          {one.state === 'failed'
            ? t(`error.${code ?? 'other'}`)
            : t(`state.${one.state}`, { percent: percent ?? 0 })}
        </Text>
        {!isFailed && (
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
        aria-label={t(isFailed ? 'dismiss' : 'cancel', { name: one.name })}
        onClick={() => (isFailed ? uploads.dismiss(one.id) : uploads.cancel(one.id))}
      >
        <IconX size={18} />
      </ActionIcon>
    </li>
  );
}
