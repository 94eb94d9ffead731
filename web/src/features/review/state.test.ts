import { describe, expect, it } from 'vitest';

import type { Item } from '../../protocol';
import {
  current, EMPTY, keyOf, patchFor, problemOf, type Review, review, type ReviewEvent, tally, visible,
} from './state';

function item(id: string, at: number, state: Item['state'] = 'draft'): Item {
  return {
    item_id: id, state, stem: `${id}?`, evidence: 'said', evidence_start_ms: at,
    evidence_end_ms: at + 1_000, chapter_id: null, origin: 'fact',
    options: ['a', 'b', 'c'].map((text, index) => ({
      option_id: `${id}-${index}`, text, is_key: index === 1, feedback: null,
    })),
  };
}

function after(...events: ReviewEvent[]): Review {
  return events.reduce(review, review(EMPTY, {
    kind: 'loaded',
    items: [item('three', 3), item('one', 1), item('two', 2), item('old', 4, 'accepted')],
  }));
}
const accept: ReviewEvent = { kind: 'judged', verdict: 'accepted' };
const drop: ReviewEvent = { kind: 'judged', verdict: 'dropped' };

describe('review', () => {
  it('starts at the first draft in the order of the recording', () => {
    expect(after().currentId).toBe('one');
    expect(visible(after()).map((each) => each.item_id)).toEqual(['one', 'two', 'three']);
  });
  it('goes to the next draft after a verdict and is done after the last', () => {
    expect(after(accept).currentId).toBe('two');
    const done = after(accept, drop, accept);
    expect(done.currentId).toBeNull();
    expect(tally(done.items)).toEqual({ draft: 0, accepted: 3, dropped: 1, total: 4 });
  });
  it('wraps to drafts that were skipped', () => {
    const skipped = after({ kind: 'stepped', by: 1 }, { kind: 'stepped', by: 1 }, accept);
    expect(skipped.currentId).toBe('one');
  });
  it('undoes verdicts one by one, back to the item', () => {
    const undone = after(accept, drop, { kind: 'undone' });
    expect(undone.currentId).toBe('two');
    expect(current(undone)?.state).toBe('draft');
    expect(tally(review(undone, { kind: 'undone' }).items).draft).toBe(3);
    expect(review(after(), { kind: 'undone' })).toEqual(after());
  });
  it('shows the undone item even when the filter would hide it', () => {
    const shown = after({ kind: 'filtered', filter: 'accepted' }, drop, { kind: 'undone' });
    expect(visible(shown).map((each) => each.item_id)).toContain(shown.currentId);
  });
  it('ignores a verdict it already has, and any while editing', () => {
    const accepted = after({ kind: 'filtered', filter: 'accepted' });
    expect(review(accepted, accept)).toBe(accepted);
    const editing = after({ kind: 'edit_opened' });
    expect(review(editing, drop)).toBe(editing);
    expect(review(editing, { kind: 'stepped', by: 1 })).toBe(editing);
  });
  it('steps within what the filter shows', () => {
    expect(after({ kind: 'stepped', by: -1 }).currentId).toBe('one');
    const all = after({ kind: 'filtered', filter: 'all' }, { kind: 'selected', itemId: 'three' });
    expect(review(all, { kind: 'stepped', by: 1 }).currentId).toBe('old');
  });
  it('keeps an edit and can take it back', () => {
    const edited = after({ kind: 'edited', stem: 'Why?', options: ['x', 'y'], key: 0 });
    const now = current(edited);
    expect(now?.stem).toBe('Why?');
    expect(now && keyOf(now)).toBe(0);
    expect(edited.isEditing).toBe(false);
    expect(current(review(edited, { kind: 'undone' }))?.stem).toBe('one?');
  });
  it('returns to the item when the server refuses', () => {
    const judged = after(accept);
    const change = judged.undo[0];
    if (change === undefined) throw new Error('no change');
    const refused = review(judged, { kind: 'refused', change });
    expect(refused.currentId).toBe('one');
    expect(current(refused)?.state).toBe('draft');
    expect(refused.undo).toEqual([]);
  });
  it('keeps its place when the items are loaded again', () => {
    const moved = after(accept);
    expect(review(moved, { kind: 'loaded', items: moved.items }).currentId).toBe('two');
  });
});

describe('patchFor', () => {
  const before = item('one', 1);
  it('asks only for what changed', () => {
    expect(patchFor(before, { ...before, state: 'accepted' })).toEqual({ state: 'accepted' });
    const rekeyed = after({ kind: 'edited', stem: 'one?', options: ['a', 'b', 'c'], key: 2 });
    expect(patchFor(before, current(rekeyed) ?? before)).toEqual({ key: 2 });
    expect(patchFor(before, before)).toBeNull();
  });
});

describe('problemOf', () => {
  it.each([
    [' ', ['a', 'b'], 0, 'stem'],
    ['Q', ['a'], 0, 'options'],
    ['Q', ['a', ' '], 0, 'empty'],
    ['Q', ['a', 'A '], 0, 'repeated'],
    ['Q', ['a', 'b'], 2, 'key'],
    ['Q', ['a', 'b'], 1, null],
  ] as const)('%s %j key %s: %s', (stem, options, key, problem) => {
    expect(problemOf(stem, options, key)).toBe(problem);
  });
});
