/**
 * What is drawn, between Excalidraw's scene and the shared document (docs/protocol.md, Pads).
 * Pure: an element is whatever has an id and a version here.
 */
import type * as Y from 'yjs';

export interface BoardElement {
  id: string;
  type: string;
  version: number;
  versionNonce: number;
  isDeleted: boolean;
  index?: string | null;
  customData?: Record<string, unknown>;
  [key: string]: unknown;
}

export type ElementMap = Y.Map<unknown>;

/** What may be on the board; pictures and pages from elsewhere may not. */
const ALLOWED = new Set([
  'rectangle',
  'diamond',
  'ellipse',
  'arrow',
  'line',
  'freedraw',
  'text',
  'frame',
]);

export const isAllowed = (type: string): boolean => ALLOWED.has(type);

/** The higher version counts; of equal ones the lower nonce, so that everybody chooses alike. */
export const isNewer = (
  a: Pick<BoardElement, 'version' | 'versionNonce'>,
  b: Pick<BoardElement, 'version' | 'versionNonce'> | undefined,
): boolean =>
  b === undefined ||
  a.version > b.version ||
  (a.version === b.version && a.versionNonce < b.versionNonce);

/** Somebody else wrote it: it is what it should be, or it is nothing. */
export function elementIn(value: unknown): BoardElement | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, version, versionNonce, isDeleted, type } = value as Partial<BoardElement>;
  if (typeof id !== 'string' || id === '' || id.length > 100) return null;
  if (!Number.isSafeInteger(version) || !Number.isSafeInteger(versionNonce)) return null;
  if (isDeleted !== true && (typeof type !== 'string' || !isAllowed(type))) return null;
  return value as BoardElement;
}

/** In the order in which they lie above each other. */
export function inOrder<T extends { id: string; index?: string | null }>(elements: T[]): T[] {
  const place = (one: T): string => one.index ?? '';
  return [...elements].sort((a, b) =>
    place(a) === place(b) ? (a.id < b.id ? -1 : 1) : place(a) < place(b) ? -1 : 1,
  );
}

export function elementsOf(map: ElementMap): BoardElement[] {
  const found: BoardElement[] = [];
  for (const [key, value] of map.entries()) {
    const element = elementIn(value);
    if (element && element.id === key) found.push(element);
  }
  return inOrder(found);
}

/**
 * Write what the scene has newer than the document; a deleted element is a mark without content.
 * Returns the ids of what may not be on the board.
 */
export function writeScene(map: ElementMap, scene: readonly BoardElement[], by: string): string[] {
  const refused: string[] = [];
  for (const element of scene) {
    if (!element.isDeleted && !isAllowed(element.type)) {
      refused.push(element.id);
      continue;
    }
    const known = elementIn(map.get(element.id)) ?? undefined;
    if (!isNewer(element, known)) continue;
    if (element.isDeleted) {
      // What nobody else has seen need not be told to be gone.
      if (known === undefined) continue;
      const { id, version, versionNonce } = element;
      map.set(id, { id, version, versionNonce, isDeleted: true });
    } else {
      const author = element.customData?.by ?? known?.customData?.by ?? by;
      map.set(element.id, plain({ ...element, customData: { ...element.customData, by: author } }));
    }
  }
  return refused;
}

/** A copy as JSON has it: the scene goes on changing its own. */
const plain = (element: BoardElement): BoardElement =>
  JSON.parse(JSON.stringify(element)) as BoardElement;

/**
 * The scene with what others have drawn; null when nothing of it is new here. What is being
 * edited on this page (`held`) stays as it is until it is let go.
 */
export function mergedScene(
  scene: readonly BoardElement[],
  map: ElementMap,
  held: ReadonlySet<string>,
): BoardElement[] | null {
  const merged = new Map(scene.map((one) => [one.id, one]));
  let hasChanged = false;
  for (const theirs of elementsOf(map)) {
    const ours = merged.get(theirs.id);
    if (held.has(theirs.id) || !isNewer(theirs, ours)) continue;
    if (theirs.isDeleted) {
      if (!ours) continue;
      const { version, versionNonce } = theirs;
      merged.set(theirs.id, { ...ours, version, versionNonce, isDeleted: true });
    } else merged.set(theirs.id, plain(theirs));
    hasChanged = true;
  }
  return hasChanged ? inOrder([...merged.values()]) : null;
}

/** What is written on the board, top to bottom: for those who cannot see it. */
export function textsOf(map: ElementMap): string[] {
  return elementsOf(map)
    .filter((one) => !one.isDeleted && one.type === 'text' && typeof one.text === 'string')
    .sort((a, b) => Number(a.y) - Number(b.y) || Number(a.x) - Number(b.x))
    .map((one) => String(one.text).trim())
    .filter((text) => text !== '');
}

/** How many things are drawn that are no text. */
export const shapesOf = (map: ElementMap): number =>
  elementsOf(map).filter((one) => !one.isDeleted && one.type !== 'text').length;
