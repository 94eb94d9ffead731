import { IconFile, IconFileTypePdf } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatBytes } from '../i18n/format';
import type { ChatFileView } from '../protocol';
import { apiUrl } from '../transport/http';
import { FileAbout, FileSize } from './FileChip';
import classes from './FileLink.module.css';

/** A file that was sent in a class: a picture to look at, anything else to save. */
export function FileLink({ sessionId, file }: { sessionId: string; file: ChatFileView }) {
  const { t } = useTranslation('room');
  const path = `/sessions/${sessionId}/files/${file.file_id}`;
  const size = formatBytes(file.octets);
  if (file.media_type.startsWith('image/')) {
    return (
      <a
        className={classes.picture}
        href={apiUrl(path)}
        target="_blank"
        rel="noopener"
        aria-label={t('file.openPicture', { name: file.name })}
      >
        <img src={apiUrl(path)} alt={file.name} loading="lazy" />
      </a>
    );
  }
  const Icon = file.media_type === 'application/pdf' ? IconFileTypePdf : IconFile;
  return (
    <a
      className={`${classes.chip} ${classes.sent}`}
      href={apiUrl(path, { download: true })}
      download={file.name}
      title={t('file.save', { name: file.name, size })}
    >
      <Icon size={22} aria-hidden />
      <FileAbout name={file.name}>
        <FileSize>{size}</FileSize>
      </FileAbout>
    </a>
  );
}
