import { CloseButton, Progress } from '@mantine/core';
import { IconAlertTriangle, IconFile } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatBytes } from '../../../i18n/format';
import type { ChatView } from '../../../protocol';
import { FileAbout, FileChip, FileLink, FileSize } from '../../../ui';
import { useSession } from '../store';
import classes from './files.module.css';
import type { Uploads } from './uploads';

/** Refusals with words of their own; another is told in the server's. */
const KNOWN = [
  'file_too_large',
  'file_empty',
  'file_type_refused',
  'too_many_files',
  'too_many_uploads',
  'files_full',
  'locked',
  'unattended',
  'unreachable',
] as const;

type Known = (typeof KNOWN)[number];

/** Files chosen for the message that is being written. */
export function ChosenFiles({ uploads }: { uploads: Uploads }) {
  const { t } = useTranslation('room');
  if (uploads.list.length === 0) return null;
  return (
    <ul className={classes.chosen} aria-label={t('file.chosen')}>
      {uploads.list.map((one) => {
        const code = KNOWN.find((known: Known) => known === one.error);
        const said = one.error === null ? null : t(`file.error.${code ?? 'other'}`);
        return (
          <FileChip key={one.key} isBad={said !== null}>
            {said === null ? <IconFile size={18} aria-hidden /> : <IconAlertTriangle size={18} aria-hidden />}
            <FileAbout name={one.name}>
              {said !== null ? (
                <span role="alert">{said}</span>
              ) : one.fileId === null ? (
                <Progress
                  size="sm"
                  value={one.share * 100}
                  aria-label={t('file.progress', { name: one.name })}
                />
              ) : (
                <FileSize>{formatBytes(one.octets)}</FileSize>
              )}
            </FileAbout>
            <CloseButton
              size="sm"
              aria-label={t(one.fileId === null && said === null ? 'file.cancel' : 'file.remove', {
                name: one.name,
              })}
              onClick={() => uploads.drop(one.key)}
            />
          </FileChip>
        );
      })}
    </ul>
  );
}

export function SentFile({ file }: { file: NonNullable<ChatView['file']> }) {
  const sessionId = useSession((session) => session.session_id);
  return <FileLink sessionId={sessionId} file={file} />;
}
