import type { ParticipantView } from '../../protocol';

const COLUMNS = 5;
/** Of a phone's row, in CSS pixels: the narrowest tile, the gap, both arrows. */
const NARROWEST = 86;
const GAP = 8;
const ARROWS = 84;

/** How many tiles of a phone's row are wholly visible, and no more than have a slot. */
export function tilesInRow(width: number, count: number, slots: number): number {
  const fit = (free: number) => Math.floor((free + GAP) / (NARROWEST + GAP));
  const most = count <= fit(width) ? count : fit(width - ARROWS);
  return Math.min(slots, Math.max(2, most));
}

/** How many stand on the first page, where oneself is who needs no slot, and on the others. */
export function pageSizes(
  isEven: boolean,
  slots: number,
  hasMe: boolean,
  rows = 2,
): { first: number; later: number } {
  return isEven
    ? { first: slots + (hasMe ? 1 : 0), later: slots }
    : { first: rows * COLUMNS, later: Math.min(slots, rows * COLUMNS) };
}

/** Two beside each other on a phone, as many below as a page holds. */
export const PHONE_COLUMNS = 2;

export const columnsFor = (isEven: boolean, count: number): number =>
  isEven ? Math.ceil(Math.sqrt(count)) : Math.min(COLUMNS, Math.max(count, 4));

export interface Shown<T> {
  shown: T[];
  page: number;
  pages: number;
  /** Place of the first in the whole list, from 0. */
  from: number;
}

/** The gallery's people, page by page; a page never grows beyond its size. */
export function pageOf<T>(all: T[], page: number, first: number, later = first): Shown<T> {
  const pages = 1 + Math.max(0, Math.ceil((all.length - first) / later));
  const current = Math.min(Math.max(0, page), pages - 1);
  const from = current === 0 ? 0 : first + (current - 1) * later;
  return { shown: all.slice(from, from + (current === 0 ? first : later)), page: current, pages, from };
}

export const pageWith = (index: number, first: number, later: number): number =>
  index < first ? 0 : 1 + Math.floor((index - first) / later);

/** Who stands in the gallery: everyone but whoever is large already. Oneself comes first. */
export function galleryIds(people: ParticipantView[], me: string, large: string | null): string[] {
  const ids = people.map((one) => one.participant_id);
  const small = ids.length > 1 ? ids.filter((id) => id !== large) : ids;
  return small.includes(me) ? [me, ...small.filter((id) => id !== me)] : small;
}

/**
 * Which receive slot each shown person gets. Who is shown already keeps their slot, so that turning
 * a page switches as few pictures as it can; oneself needs none.
 */
export function planSlots(
  old: (string | null)[],
  wanted: string[],
  count: number,
): (string | null)[] {
  const plan: (string | null)[] = Array.from({ length: count }, (_, index) => {
    const holder = old[index] ?? null;
    return holder !== null && wanted.includes(holder) ? holder : null;
  });
  for (const id of wanted) {
    if (plan.includes(id)) continue;
    const free = plan.indexOf(null);
    if (free === -1) break;
    plan[free] = id;
  }
  return plan;
}
