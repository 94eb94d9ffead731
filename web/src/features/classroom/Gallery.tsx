import { ActionIcon } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { isPhone } from './phone';
import { useClassroom } from './context';
import classes from './Gallery.module.css';
import { galleryPeople, pageOf } from './gallery';
import { peopleInRoom } from './selectors';
import { usePage, usePageStore, useSession } from './store';
import { Tile } from './Tile';
import { useStage } from './useStage';

const COLUMNS = 5;

/** Everyone who is not large, a page at a time; only the page that is shown is asked for. */
export function Gallery({ stageHeight }: { stageHeight: number }) {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const store = usePageStore();
  const session = useSession((state) => state);
  const occupants = usePage((state) => state.occupants);
  const wantedPage = usePage((state) => state.galleryPage);
  const { personId, screenId } = useStage();
  // Everyone the same size: nobody is large, unless a screen is.
  const isEven = usePage((state) => state.layout === 'gallery') && screenId === null;
  const large = isEven ? null : personId;
  const { ref, height } = useElementSize();
  const phone = isPhone();
  const all = useMemo(
    () => galleryPeople(peopleInRoom(session), session.me, large),
    [session, large],
  );
  const { shown, pages, page } = pageOf(all, wantedPage, phone ? 6 : isEven ? 12 : 10);
  const columns = isEven
    ? Math.ceil(Math.sqrt(shown.length))
    : Math.min(COLUMNS, Math.max(shown.length, 4));
  const rows = Math.ceil(shown.length / columns);
  const wanted = shown
    .map((one) => one.participant_id)
    .filter((id) => id !== session.me)
    .join(' ');
  useEffect(() => {
    const tileHeight = phone ? 72 : Math.max(90, height / Math.max(1, rows));
    classroom.incoming.watch(wanted === '' ? [] : wanted.split(' '), stageHeight, tileHeight);
  }, [classroom, wanted, stageHeight, height, rows, phone]);
  if (shown.length === 0 || (shown.length === 1 && all[0]?.participant_id === large)) return null;
  const turnTo = (to: number) => store.setState({ galleryPage: to });
  return (
    <section
      className={classes.gallery}
      aria-label={t('gallery.label')}
      style={phone ? undefined : { height: isEven ? '100%' : rows > 1 ? '44%' : '24%' }}
    >
      {pages > 1 && (
        <ActionIcon
          className={classes.turn}
          variant="default"
          size={36}
          disabled={page === 0}
          aria-label={t('gallery.previous')}
          onClick={() => turnTo(page - 1)}
        >
          <IconChevronLeft size={20} />
        </ActionIcon>
      )}
      <div
        className={classes.tiles}
        ref={ref}
        // On a phone the row scrolls, and what scrolls must be reachable by keys.
        tabIndex={phone ? 0 : undefined}
        role="group"
        aria-label={t('gallery.label')}
        style={{ '--columns': columns } as React.CSSProperties}
      >
        {shown.map((person) => {
          const slot =
            Object.keys(occupants).find(
              (name) => name.startsWith('gallery') && occupants[name] === person.participant_id,
            ) ?? null;
          return (
            <Tile
              key={person.participant_id}
              person={person}
              slot={slot}
              avatarSize={phone ? 36 : 56}
            />
          );
        })}
      </div>
      {pages > 1 && (
        <ActionIcon
          className={classes.turn}
          variant="default"
          size={36}
          disabled={page === pages - 1}
          aria-label={`${t('gallery.next')}. ${t('gallery.page', { page: page + 1, pages })}`}
          onClick={() => turnTo(page + 1)}
        >
          <IconChevronRight size={20} />
        </ActionIcon>
      )}
    </section>
  );
}
