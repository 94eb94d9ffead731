import { ActionIcon } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { IconChevronLeft, IconChevronRight, IconVolume } from '@tabler/icons-react';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import { MAIN_ROOM } from './breakouts/fold';
import { useClassroom } from './context';
import classes from './Gallery.module.css';
import { columnsFor, galleryIds, pageOf, pageSizes, PHONE_COLUMNS, tilesInRow } from './gallery';
import { isPhone } from './phone';
import { isFacilitator, peopleInRoom, personOf } from './selectors';
import { usePage, usePageStore, useSession, useSessionList } from './store';
import { Tile } from './Tile';
import { useAside } from './useAside';
import { useStage } from './useStage';

const SWIPE_PX = 40;
/** Height by width of a phone's tile where all are of one size. */
const GRID_SHAPE = 3 / 4;

/**
 * Everyone who is not large, a page at a time. Only the page that is shown exists, and only its
 * pictures are asked for; what happens to somebody draws that person's tile again and no other.
 */
export function Gallery({ stageHeight }: { stageHeight: number }) {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const store = usePageStore();
  const wantedPage = usePage((state) => state.galleryPage);
  const { personId, screenId, slides } = useStage();
  // Everyone the same size: nobody is large, unless a screen is.
  const isEven = usePage((state) => state.layout === 'gallery') && screenId === null && slides === null;
  // Whoever draws or presents needs the room more than the second row does.
  const isNarrow = useSession(
    (session) =>
      session.web_page !== null ||
      (session.whiteboard.opened_at_ms !== null && session.room_id === MAIN_ROOM) ||
      (slides !== null && isFacilitator(session)),
  );
  const large = isEven ? null : personId;
  const me = useSession((session) => session.me);
  const all = useSessionList((session) => galleryIds(peopleInRoom(session), session.me, large));
  const section = useElementSize<HTMLElement>();
  const tiles = useElementSize<HTMLUListElement>();
  const phone = isPhone();
  const slots = classroom.incoming.galleryCount;
  const row = tilesInRow(section.width, all.length, slots);
  const isGrid = phone && isEven;
  const { first, later } = phone && !isGrid
    ? { first: row, later: row }
    : pageSizes(isEven, slots, all[0] === me, isNarrow ? 1 : 2);
  const { shown, pages, page, from } = pageOf(all, wantedPage, first, later);
  const most = Math.min(first, all.length);
  const columns = isGrid ? Math.min(PHONE_COLUMNS, most) : phone ? row : columnsFor(isEven, most);
  // As many as the first page has, so that the stage keeps its size when a page is turned.
  const rows = phone && !isGrid ? 1 : Math.ceil(most / columns);
  const slotOf = useSlots();
  useAside(all, shown, large, first, later);
  useEffect(() => store.setState({ galleryPage: page, galleryPages: pages }), [store, page, pages]);
  const wanted = shown.filter((id) => id !== me).join(' ');
  const { height, width } = tiles;
  useEffect(() => {
    const tileHeight = isGrid
      ? (width / columns) * GRID_SHAPE
      : phone
        ? 72
        : Math.max(90, height / Math.max(1, rows));
    classroom.incoming.watch(wanted === '' ? [] : wanted.split(' '), stageHeight, tileHeight);
  }, [classroom, wanted, stageHeight, height, width, rows, columns, phone, isGrid]);
  const swipe = useSwipe((by) => classroom.turnGallery(by));
  if (shown.length === 0 || (shown.length === 1 && all[0] === large)) return null;
  return (
    <section
      ref={section.ref}
      className={classes.gallery}
      aria-label={t('gallery.label')}
      data-pages={pages}
      data-fills={isEven || undefined}
      style={phone ? undefined : { height: isEven ? '100%' : rows > 1 ? '44%' : '24%' }}
      onKeyDown={(event) => {
        const by = { PageUp: -1, PageDown: 1, Home: -page, End: pages - 1 - page }[event.key];
        if (by === undefined || event.altKey || pages === 1) return;
        event.preventDefault();
        classroom.turnGallery(by);
      }}
      {...swipe}
    >
      {pages > 1 && <Turn by={-1} isLast={page === 0} />}
      <ul
        ref={tiles.ref}
        className={classes.tiles}
        // It scrolls, so the keyboard must reach it.
        tabIndex={isGrid ? 0 : undefined}
        aria-label={t('gallery.shown', {
          from: from + 1,
          to: from + shown.length,
          count: all.length,
        })}
        style={{ '--columns': columns, '--rows': rows } as React.CSSProperties}
      >
        {shown.map((id, index) => (
          <li key={id} aria-setsize={all.length} aria-posinset={from + index + 1}>
            <Tile
              t={t}
              personId={id}
              slot={slotOf.get(id) ?? null}
              avatarSize={phone && !isGrid ? 32 : 56}
            />
          </li>
        ))}
      </ul>
      {pages > 1 && <Turn by={1} isLast={page === pages - 1} />}
      <Aside />
    </section>
  );
}

/** Which receive slot shows whom. */
function useSlots(): Map<string, string> {
  const occupants = usePage((state) => state.occupants);
  return useMemo(() => {
    const inGallery = Object.entries(occupants).filter(([slot]) => slot.startsWith('gallery'));
    return new Map(inGallery.flatMap(([slot, id]) => (id === null ? [] : [[id, slot]])));
  }, [occupants]);
}

/** An arrow stays in its place at either end, so that the keyboard does not lose it. */
function Turn({ by, isLast }: { by: -1 | 1; isLast: boolean }) {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const page = usePage((state) => state.galleryPage + 1);
  const pages = usePage((state) => state.galleryPages);
  const Icon = by === 1 ? IconChevronRight : IconChevronLeft;
  return (
    <ActionIcon
      className={classes.turn}
      variant="default"
      size={36}
      data-disabled={isLast || undefined}
      aria-disabled={isLast}
      aria-label={`${t(by === 1 ? 'gallery.next' : 'gallery.previous')}. ${t('gallery.page', { page, pages })}`}
      onClick={() => classroom.turnGallery(by)}
    >
      <Icon size={20} aria-hidden />
    </ActionIcon>
  );
}

/** The way to whoever speaks on another page. */
function Aside() {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const aside = usePage((state) => state.aside);
  const name = useSession((session) => personOf(session, aside?.participantId ?? null)?.name);
  const page = usePage((state) => state.galleryPage);
  if (!aside || name === undefined || aside.page === page) return null;
  return (
    <button type="button" className={classes.aside} onClick={() => classroom.showSpeaker()}>
      <IconVolume size={16} aria-hidden />
      <span>{t('gallery.aside', { name })}</span>
    </button>
  );
}

/** A finger that moves sideways turns the page; up and down stays the page's own. */
function useSwipe(turn: (by: -1 | 1) => void) {
  const start = useRef<{ x: number; y: number } | null>(null);
  return {
    onPointerDown: (event: React.PointerEvent) => {
      if (event.pointerType !== 'touch') return;
      start.current = { x: event.clientX, y: event.clientY };
    },
    onPointerUp: (event: React.PointerEvent) => {
      const began = start.current;
      start.current = null;
      if (!began) return;
      const x = event.clientX - began.x;
      const y = event.clientY - began.y;
      if (Math.abs(x) > SWIPE_PX && Math.abs(x) > 1.5 * Math.abs(y)) turn(x < 0 ? 1 : -1);
    },
    onPointerCancel: () => {
      start.current = null;
    },
  };
}
