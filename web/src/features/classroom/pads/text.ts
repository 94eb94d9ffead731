/** A plain text field on a `Y.Text`: what was typed as one change, and where the caret goes. */
import type * as Y from 'yjs';

export interface Change {
  at: number;
  remove: number;
  insert: string;
}

/**
 * What turns `before` into `after`, as one replacement. Where letters repeat the caret says which
 * of them was typed: it stands behind what is new.
 */
export function changeBetween(before: string, after: string, caret: number): Change | null {
  if (before === after) return null;
  const grown = after.length - before.length;
  // What stands behind the caret is old; so is what stands before the change.
  let tail = 0;
  const mostTail = Math.min(after.length - caret, before.length);
  while (
    tail < mostTail &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail += 1;
  }
  // Never through the middle of a pair of surrogates, here and below.
  if (tail > 0 && isLow(before.charCodeAt(before.length - tail))) tail -= 1;
  let head = 0;
  const mostHead = Math.min(before.length - tail, after.length - tail);
  while (head < mostHead && before[head] === after[head]) head += 1;
  if (head > 0 && isHigh(before.charCodeAt(head - 1))) head -= 1;
  const remove = before.length - tail - head;
  return { at: head, remove, insert: after.slice(head, head + remove + grown) };
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

export function applyChange(text: Y.Text, change: Change): void {
  if (change.remove > 0) text.delete(change.at, change.remove);
  if (change.insert !== '') text.insert(change.at, change.insert);
}

type Delta = { retain?: number; insert?: unknown; delete?: number }[];

/** Where a caret is after somebody else's change. */
export function movedCaret(caret: number, delta: Delta): number {
  let at = 0;
  let moved = caret;
  for (const step of delta) {
    if (step.retain !== undefined) at += step.retain;
    else if (typeof step.insert === 'string') {
      // Exactly at the caret: it stays before what others write.
      if (at < moved) moved += step.insert.length;
      at += step.insert.length;
    } else if (step.delete !== undefined && at < moved) {
      moved -= Math.min(step.delete, moved - at);
    }
  }
  return moved;
}
