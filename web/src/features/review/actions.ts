/** One key a verdict. The buttons, the key hints and the keyboard use the same objects. */
import type { Item } from '../../protocol';
import { current, type Review } from './state';

export type ReviewActionName = 'accept' | 'edit' | 'drop' | 'next' | 'previous' | 'undo' | 'play';

export interface ReviewAction {
  readonly name: ReviewActionName;
  /** `KeyboardEvent.key`, lower case. The first is shown. */
  readonly keys: readonly string[];
  readonly isEnabled: (state: Review) => boolean;
}

function on(state: Review, test: (item: Item) => boolean): boolean {
  const item = current(state);
  return !state.isEditing && item !== null && test(item);
}

export const ACTIONS: readonly ReviewAction[] = [
  { name: 'accept', keys: ['a'], isEnabled: (s) => on(s, (item) => item.state !== 'accepted') },
  { name: 'edit', keys: ['e'], isEnabled: (s) => on(s, () => true) },
  { name: 'drop', keys: ['d', 'x'], isEnabled: (s) => on(s, (item) => item.state !== 'dropped') },
  { name: 'next', keys: ['j', 'arrowdown'], isEnabled: (s) => !s.isEditing && s.items.length > 0 },
  { name: 'previous', keys: ['k', 'arrowup'], isEnabled: (s) => !s.isEditing && s.items.length > 0 },
  { name: 'undo', keys: ['u', 'z'], isEnabled: (s) => !s.isEditing && s.undo.length > 0 },
  { name: 'play', keys: ['p', ' '], isEnabled: (s) => on(s, () => true) },
];

const TYPED = 'input, textarea, select, [contenteditable=true], [role=dialog], [role=menu]';
const PRESSED = 'button, a[href], [role=radio]';

/** The action a key press means now; null when it is the browser's or the focused element's. */
export function actionFor(
  event: Pick<KeyboardEvent, 'key' | 'target' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  state: Review,
): ReviewActionName | null {
  const key = event.key.toLowerCase();
  // Ctrl+Z and Cmd+Z undo here as everywhere; other combinations are the browser's.
  const isUndo = key === 'z' && (event.ctrlKey || event.metaKey);
  if ((event.ctrlKey || event.metaKey || event.altKey) && !isUndo) return null;
  if (event.target instanceof Element) {
    if (event.target.closest(TYPED)) return null;
    if (key === ' ' && event.target.closest(PRESSED)) return null;
  }
  const action = ACTIONS.find((each) => each.keys.includes(key));
  return action?.isEnabled(state) === true ? action.name : null;
}
