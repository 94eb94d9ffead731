/**
 * The quiz beside the player. Items come at their place in the recording; the card shows the
 * latest one passed unless the learner picked another or is in the middle of an answer.
 */
import type { Item, ResponseResult } from '../../protocol';

export interface Attempt {
  readonly optionId: string | null;
  readonly isSending: boolean;
  readonly result: ResponseResult | null;
  readonly error: string | null;
}

export interface Quiz {
  readonly items: readonly Item[];
  readonly attempts: Readonly<Record<string, Attempt>>;
  readonly shown: number;
  /** The learner chose the item shown; the playhead does not move it. */
  readonly isPinned: boolean;
}

export const UNTRIED: Attempt = { optionId: null, isSending: false, result: null, error: null };

export type QuizEvent =
  | { readonly kind: 'played_to'; readonly atMs: number }
  | { readonly kind: 'stepped'; readonly by: 1 | -1 }
  | { readonly kind: 'opened'; readonly itemId: string }
  | { readonly kind: 'chose'; readonly optionId: string }
  | { readonly kind: 'sent' }
  | { readonly kind: 'answered'; readonly itemId: string; readonly result: ResponseResult }
  | { readonly kind: 'failed'; readonly itemId: string; readonly message: string }
  | { readonly kind: 'retried' }
  | { readonly kind: 'loaded'; readonly items: readonly Item[] };

export function quizOf(items: readonly Item[]): Quiz {
  const accepted = items
    .filter((item) => item.state === 'accepted')
    .sort((one, other) => one.evidence_end_ms - other.evidence_end_ms);
  return { items: accepted, attempts: {}, shown: 0, isPinned: false };
}

export function shownItem(quiz: Quiz): Item | null {
  return quiz.items[quiz.shown] ?? null;
}

export function attemptAt(quiz: Quiz, item: Item | null): Attempt {
  return (item && quiz.attempts[item.item_id]) ?? UNTRIED;
}

function withAttempt(quiz: Quiz, itemId: string, change: Partial<Attempt>): Quiz {
  const before = quiz.attempts[itemId] ?? UNTRIED;
  return { ...quiz, attempts: { ...quiz.attempts, [itemId]: { ...before, ...change } } };
}

function isInTheMiddle(quiz: Quiz): boolean {
  const attempt = attemptAt(quiz, shownItem(quiz));
  return attempt.optionId !== null && attempt.result === null;
}

/** What was already answered is not asked again by playing over it. */
function itemFor(quiz: Quiz, atMs: number): number {
  let found = -1;
  quiz.items.forEach((item, index) => {
    if (item.evidence_end_ms <= atMs && !quiz.attempts[item.item_id]?.result) found = index;
  });
  return found;
}

export function quiz(state: Quiz, event: QuizEvent): Quiz {
  const item = shownItem(state);
  switch (event.kind) {
    case 'loaded':
      return { ...quizOf(event.items), attempts: state.attempts };
    case 'played_to': {
      if (state.isPinned || isInTheMiddle(state)) return state;
      const index = itemFor(state, event.atMs);
      return index < 0 || index === state.shown ? state : { ...state, shown: index };
    }
    case 'stepped': {
      const shown = Math.min(Math.max(0, state.shown + event.by), state.items.length - 1);
      return { ...state, shown: Math.max(0, shown), isPinned: true };
    }
    case 'opened': {
      const shown = state.items.findIndex((each) => each.item_id === event.itemId);
      return shown < 0 ? state : { ...state, shown, isPinned: true };
    }
    case 'chose': {
      const attempt = attemptAt(state, item);
      if (item === null || attempt.result !== null || attempt.isSending) return state;
      return withAttempt(state, item.item_id, { optionId: event.optionId, error: null });
    }
    case 'sent':
      if (item === null || !isInTheMiddle(state)) return state;
      return withAttempt(state, item.item_id, { isSending: true, error: null });
    case 'answered':
      return withAttempt({ ...state, isPinned: true }, event.itemId, {
        isSending: false, result: event.result,
      });
    case 'failed':
      return withAttempt(state, event.itemId, { isSending: false, error: event.message });
    case 'retried':
      return item === null ? state : withAttempt(state, item.item_id, UNTRIED);
  }
}

export interface Score {
  readonly right: number;
  readonly answered: number;
  readonly total: number;
}

export function score(state: Quiz): Score {
  const results = state.items.flatMap((item) => state.attempts[item.item_id]?.result ?? []);
  return {
    right: results.filter((result) => result.is_right).length,
    answered: results.length,
    total: state.items.length,
  };
}
