/**
 * Reviewing drafts: a queue with a cursor and an undo stack. A verdict shows at once and moves to
 * the next draft; the view sends it and reports back, so a refused verdict returns to its item.
 */
import type { EditItem, Item, ItemState } from '../../protocol';

export type Filter = 'all' | ItemState;

/** What a change replaced, to be put back by undo or when the server refuses it. */
export interface Change {
  readonly itemId: string;
  readonly before: Item;
  readonly after: Item;
}

export interface Review {
  readonly items: readonly Item[];
  readonly filter: Filter;
  readonly currentId: string | null;
  readonly isEditing: boolean;
  readonly undo: readonly Change[];
}

export type ReviewEvent =
  | { readonly kind: 'loaded'; readonly items: readonly Item[] }
  | { readonly kind: 'filtered'; readonly filter: Filter }
  | { readonly kind: 'selected'; readonly itemId: string }
  | { readonly kind: 'stepped'; readonly by: 1 | -1 }
  | { readonly kind: 'judged'; readonly verdict: Exclude<ItemState, 'draft'> }
  | { readonly kind: 'edit_opened' }
  | { readonly kind: 'edit_closed' }
  | { readonly kind: 'edited'; readonly stem: string; readonly options: readonly string[];
      readonly key: number }
  | { readonly kind: 'undone' }
  | { readonly kind: 'saved'; readonly item: Item }
  | { readonly kind: 'refused'; readonly change: Change };

export const EMPTY: Review = {
  items: [], filter: 'draft', currentId: null, isEditing: false, undo: [],
};

export function visible(state: Review): Item[] {
  return state.items.filter((item) => state.filter === 'all' || item.state === state.filter);
}

export function current(state: Review): Item | null {
  return state.items.find((item) => item.item_id === state.currentId) ?? null;
}

export interface Tally {
  readonly draft: number;
  readonly accepted: number;
  readonly dropped: number;
  readonly total: number;
}

export function tally(items: readonly Item[]): Tally {
  const count = (state: ItemState): number => items.filter((item) => item.state === state).length;
  return {
    draft: count('draft'), accepted: count('accepted'), dropped: count('dropped'),
    total: items.length,
  };
}

export function keyOf(item: Item): number {
  return item.options.findIndex((option) => option.is_key === true);
}

function replaced(state: Review, item: Item): Review {
  return {
    ...state,
    items: state.items.map((each) => (each.item_id === item.item_id ? item : each)),
  };
}

/** The first item after `from` (then before it) that the filter still shows. */
function nextVisible(state: Review, from: number): string | null {
  const shown = new Set(visible(state).map((item) => item.item_id));
  const order = [...state.items.slice(from), ...state.items.slice(0, from)];
  return order.find((item) => shown.has(item.item_id))?.item_id ?? null;
}

function indexOf(state: Review, itemId: string | null): number {
  return state.items.findIndex((item) => item.item_id === itemId);
}

export function review(state: Review, event: ReviewEvent): Review {
  const item = current(state);
  switch (event.kind) {
    case 'loaded': {
      const items = [...event.items].sort((a, b) => a.evidence_start_ms - b.evidence_start_ms);
      const loaded = { ...state, items };
      const kept = indexOf(loaded, state.currentId) >= 0 ? state.currentId : null;
      return { ...loaded, currentId: kept ?? nextVisible(loaded, 0) };
    }
    case 'filtered': {
      const next = { ...state, filter: event.filter, isEditing: false };
      const stays = visible(next).some((each) => each.item_id === state.currentId);
      return { ...next, currentId: stays ? state.currentId : nextVisible(next, 0) };
    }
    case 'selected':
      return indexOf(state, event.itemId) < 0
        ? state
        : { ...state, currentId: event.itemId, isEditing: false };
    case 'stepped': {
      if (state.isEditing) return state;
      const shown = visible(state);
      const at = shown.findIndex((each) => each.item_id === state.currentId);
      // Something judged stays under the cursor until one moves on: then `at` is -1.
      const target = at < 0 ? nextVisible(state, Math.max(0, indexOf(state, state.currentId)))
        : shown[Math.min(Math.max(0, at + event.by), shown.length - 1)]?.item_id ?? null;
      return target === state.currentId ? state : { ...state, currentId: target };
    }
    case 'judged': {
      if (item === null || state.isEditing || item.state === event.verdict) return state;
      const after = { ...item, state: event.verdict };
      const change: Change = { itemId: item.item_id, before: item, after };
      const next = replaced({ ...state, undo: [...state.undo, change] }, after);
      return { ...next, currentId: nextVisible(next, indexOf(next, item.item_id) + 1) };
    }
    case 'edit_opened':
      return item === null || state.isEditing ? state : { ...state, isEditing: true };
    case 'edit_closed':
      return state.isEditing ? { ...state, isEditing: false } : state;
    case 'edited': {
      if (item === null) return state;
      const after: Item = {
        ...item,
        stem: event.stem,
        options: event.options.map((text, index) => ({
          option_id: item.options[index]?.option_id ?? `new-${index}`,
          text,
          is_key: index === event.key,
          feedback: item.options[index]?.feedback ?? null,
        })),
      };
      const change: Change = { itemId: item.item_id, before: item, after };
      return replaced({ ...state, isEditing: false, undo: [...state.undo, change] }, after);
    }
    case 'undone': {
      const change = state.undo.at(-1);
      if (change === undefined) return state;
      const back = replaced({ ...state, undo: state.undo.slice(0, -1), isEditing: false },
        change.before);
      const shows = visible(back).some((each) => each.item_id === change.itemId);
      return { ...back, currentId: change.itemId, filter: shows ? back.filter : 'all' };
    }
    case 'saved':
      return replaced(state, event.item);
    case 'refused': {
      const undo = state.undo.filter((change) => change !== event.change);
      return { ...replaced({ ...state, undo }, event.change.before),
        currentId: event.change.itemId };
    }
  }
}

/** The request that makes the server's item equal `after`; null when nothing differs. */
export function patchFor(before: Item, after: Item): EditItem | null {
  const patch: EditItem = {};
  if (before.state !== after.state) patch.state = after.state;
  if (before.stem !== after.stem) patch.stem = after.stem;
  const texts = (item: Item): string[] => item.options.map((option) => option.text);
  if (texts(before).join('\u0000') !== texts(after).join('\u0000')) patch.options = texts(after);
  if (keyOf(before) !== keyOf(after)) patch.key = keyOf(after);
  return Object.keys(patch).length > 0 ? patch : null;
}

export type DraftProblem = 'stem' | 'options' | 'empty' | 'repeated' | 'key';

/** Why an edited item cannot be kept; null when it can. */
export function problemOf(stem: string, options: readonly string[], key: number): DraftProblem | null {
  if (stem.trim() === '') return 'stem';
  if (options.length < 2) return 'options';
  if (options.some((option) => option.trim() === '')) return 'empty';
  const folded = options.map((option) => option.trim().toLocaleLowerCase());
  if (new Set(folded).size < folded.length) return 'repeated';
  if (key < 0 || key >= options.length) return 'key';
  return null;
}
