import { IconBookmark } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatTime } from '../../../i18n';
import panel from '../Panel.module.css';
import { usePage, usePageStore, useSession, utcOf } from '../store';

/** One's own bookmarks; nobody else has them. */
export function Bookmarks() {
  const { t } = useTranslation('room');
  const store = usePageStore();
  const clockUtc = usePage((state) => state.clock.utcMs);
  const moments = useSession((session) => session.moments);
  const mine = moments.filter((one) => one.is_private);
  if (mine.length === 0) return null;
  return (
    <>
      <h2 className={panel.heading} id="bookmarks">
        {t('moment.list')}
      </h2>
      <ul className={panel.list} aria-labelledby="bookmarks">
        {mine.map((one) => (
          <li key={one.moment_id} className={panel.person}>
            <IconBookmark size={18} aria-hidden />
            <span className={panel.name}>{one.label || t('moment.unnamed')}</span>
            {clockUtc > 0 && (
              <span className={panel.note}>{formatTime(utcOf(store.getState(), one.at_ms))}</span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
