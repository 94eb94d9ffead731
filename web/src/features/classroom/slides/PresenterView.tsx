import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import type { PresentationView, SlidePage } from '../../../protocol';
import { pictureUrl } from '../../../ui/slides';
import { useClassroom } from '../context';
import classes from './slides.module.css';

interface Props {
  now: PresentationView;
  pages: SlidePage[];
}

/** What only the presenter sees: the next page and the notes to this one. */
export function PresenterSide({ now, pages }: Props) {
  const { t } = useTranslation('slides');
  const { sessionId } = useClassroom();
  const next = now.page < now.page_count ? now.page + 1 : null;
  const notes = pages.find((one) => one.number === now.page)?.notes ?? '';
  const title = pages.find((one) => one.number === next)?.title ?? '';
  return (
    <div className={classes.side}>
      <h2 className={classes.heading}>{t('nextPage')}</h2>
      {next === null ? (
        <p className={classes.hint}>{t('last')}</p>
      ) : (
        <img
          className={classes.next}
          src={pictureUrl(sessionId, now.deck_id, next)}
          alt={title || t('page', { page: next, count: now.page_count })}
        />
      )}
      <h2 className={classes.heading}>{t('notes')}</h2>
      <div className={classes.notes} tabIndex={0} role="region" aria-label={t('notes')}>
        {notes || <span className={classes.hint}>{t('noNotes')}</span>}
      </div>
    </div>
  );
}

/** Every page small, to jump to. */
export function PresenterStrip({ now, pages, onJump }: Props & { onJump: (page: number) => void }) {
  const { t } = useTranslation('slides');
  const { sessionId } = useClassroom();
  const current = useRef<HTMLButtonElement>(null);
  const titles = new Map(pages.map((one) => [one.number, one.title]));
  useEffect(() => {
    current.current?.scrollIntoView?.({ block: 'nearest', inline: 'center' });
  }, [now.page]);
  return (
    <ol className={classes.strip} aria-label={t('all')}>
      {Array.from({ length: now.page_count }, (_, index) => {
        const number = index + 1;
        const isCurrent = number === now.page;
        const title = titles.get(number);
        return (
          <li key={number}>
            <button
              ref={isCurrent ? current : undefined}
              type="button"
              className={classes.thumb}
              aria-current={isCurrent ? 'true' : undefined}
              aria-label={title ? `${number}: ${title}` : String(number)}
              onClick={() => onJump(number)}
            >
              <img
                src={pictureUrl(sessionId, now.deck_id, number, 'thumb')}
                alt=""
                loading="lazy"
              />
              <span aria-hidden>{number}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
