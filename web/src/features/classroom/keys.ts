/** Which key does what. */
import type { Action } from './action';
import { ALL_ACTIONS } from './actions';
import type { Dialog, PageState } from './store';

export interface KeyPress {
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

export function actionFor(key: KeyPress, state: PageState): Action | null {
  if (!key.altKey || key.ctrlKey || key.metaKey || key.shiftKey) return null;
  return ALL_ACTIONS.find((one) => one.code === key.code && one.isAvailable(state)) ?? null;
}

/** The two that are not with Alt: the palette, as everywhere, and the question mark. */
export function dialogFor(key: KeyPress & { key: string }, isWriting: boolean): Dialog {
  const isCommand = (key.ctrlKey || key.metaKey) && !key.altKey && !key.shiftKey;
  if (isCommand && key.code === 'KeyK') return 'palette';
  const isPlain = !key.ctrlKey && !key.metaKey && !key.altKey;
  return key.key === '?' && isPlain && !isWriting ? 'shortcuts' : null;
}

/** `Alt+M`, as printed on keys. */
export function shortcutText(action: Action): string | null {
  if (action.name === 'palette') return 'Ctrl+K';
  if (!action.code) return null;
  const key = action.code === 'Slash' ? '/' : action.code.replace(/^(Key|Digit)/, '');
  return `Alt+${key}`;
}
