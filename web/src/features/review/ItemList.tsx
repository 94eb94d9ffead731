import { IconCheck, IconX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import type { Chapter, Item } from '../../protocol';
import classes from './ReviewPage.module.css';

interface Props {
  items: readonly Item[];
  currentId: string | null;
  chapters: readonly Chapter[];
  onSelect: (itemId: string) => void;
}

/** The queue, under the titles of the chapters the items come from. */
export function ItemList({ items, currentId, chapters, onSelect }: Props) {
  const { t } = useTranslation('review');
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const box = list.current;
    const entry = box?.querySelector<HTMLElement>('[aria-current]');
    if (!box || !entry) return;
    // Not scrollIntoView: it would also scroll the page, away from the item on a small screen.
    const top = entry.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
    const isAbove = top < box.scrollTop;
    const isBelow = top + entry.offsetHeight > box.scrollTop + box.clientHeight;
    if (isAbove || isBelow) box.scrollTop = top - box.clientHeight / 3;
  }, [currentId]);
  const titleOf = (item: Item): string | null =>
    chapters.find((chapter) => chapter.chapter_id === item.chapter_id)?.title ?? null;
  if (items.length === 0) return <p className={classes.empty}>{t('noneInFilter')}</p>;
  return (
    <ol ref={list} className={classes.list}>
      {items.map((item, index) => {
        const title = titleOf(item);
        const previous = items[index - 1];
        const isNewChapter = title !== null && (previous === undefined || titleOf(previous) !== title);
        return (
          <li key={item.item_id}>
            {isNewChapter && <p className={classes.chapter}>{title}</p>}
            <button
              type="button"
              className={classes.entry}
              aria-current={item.item_id === currentId || undefined}
              onClick={() => onSelect(item.item_id)}
            >
              <span className={classes.state} data-state={item.state}>
                {item.state === 'accepted' && <IconCheck size={14} />}
                {item.state === 'dropped' && <IconX size={14} />}
                <span className="sr-only">{t(`state.${item.state}`)}</span>
              </span>
              <span className={classes.entryText}>{item.stem}</span>
              <span className={classes.entryTime}>{formatClock(item.evidence_start_ms)}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
