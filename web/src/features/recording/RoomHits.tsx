import { useDebouncedValue } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';

import { formatClock } from '../../i18n';
import type { RoomHit } from '../../protocol';
import { useResource } from '../../transport/resource';
import { foundRoomName, momentPath, snippetPieces } from '../../ui/media/found';
import classes from './RoomHits.module.css';

const SEARCH_DELAY_MS = 250;

interface Props {
  recordingId: string;
  query: string;
  /** Whether to say that nothing was found, where nothing else is searched. */
  saysNone?: boolean;
}

/** What was said in rooms that one may enter; each hit opens its room at that moment. */
export function RoomHits({ recordingId, query, saysNone = false }: Props) {
  const { t, i18n } = useTranslation('recording');
  const [sought] = useDebouncedValue(query.trim(), SEARCH_DELAY_MS);
  const path = sought === '' ? null : `/recordings/${recordingId}/rooms/search`;
  const { data, error, reload } = useResource<RoomHit[]>(path, { query: { q: sought } });
  if (path === null) return null;
  if (error !== null) {
    return (
      <p className={classes.failed} role="status">
        {t('rooms.searchFailed')}{' '}
        <button type="button" onClick={reload}>
          {t('rooms.searchAgain')}
        </button>
      </p>
    );
  }
  if (data === null) return null;
  if (data.length === 0) {
    return saysNone ? (
      <p className={classes.failed} role="status">
        {t('transcript.noHits')}
      </p>
    ) : null;
  }
  return (
    <section className={classes.hits} aria-label={t('rooms.found', { count: data.length })}>
      <h2>{t('rooms.found', { count: data.length })}</h2>
      <ul>
        {data.map((hit, index) => (
          <li key={index}>
            <Link href={momentPath(recordingId, hit.start_ms, hit.room.number)}>
              <b>
                {nameOf(hit)} · {formatClock(hit.start_ms)}
                {hit.speaker_name !== '' && ` · ${hit.speaker_name}`}
              </b>
              <span>
                {snippetPieces(hit.snippet).map((piece, at) =>
                  piece.isHit ? <mark key={at}>{piece.text}</mark> : piece.text,
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );

  function nameOf({ room }: RoomHit): string {
    const name = foundRoomName(room, i18n.language);
    return room.is_side ? t('rooms.side', { name }) : name;
  }
}
