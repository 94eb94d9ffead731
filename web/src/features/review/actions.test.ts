import { describe, expect, it } from 'vitest';

import type { Item } from '../../protocol';
import { actionFor } from './actions';
import { EMPTY, review } from './state';

const item: Item = {
  item_id: 'one', state: 'draft', stem: 'Q', options: [], evidence: '', evidence_start_ms: 0,
  evidence_end_ms: 1, chapter_id: null, origin: 'fact',
};
const state = review(EMPTY, { kind: 'loaded', items: [item] });

function press(key: string, more: Partial<KeyboardEvent> = {}, at = state) {
  return actionFor(
    { key, target: document.body, ctrlKey: false, metaKey: false, altKey: false, ...more }, at,
  );
}

describe('keys', () => {
  it.each([
    ['a', 'accept'], ['A', 'accept'], ['e', 'edit'], ['d', 'drop'], ['x', 'drop'], ['j', 'next'],
    ['k', 'previous'], ['p', 'play'], ['u', null], ['q', null],
  ])('%s means %s', (key, action) => {
    expect(press(key)).toBe(action);
  });
  it('undoes with U, Z and Ctrl+Z once there is something to undo', () => {
    const judged = review(state, { kind: 'judged', verdict: 'accepted' });
    expect(press('u', {}, judged)).toBe('undo');
    expect(press('z', { ctrlKey: true }, judged)).toBe('undo');
  });
  it('does nothing while editing or typing', () => {
    const editing = review(state, { kind: 'edit_opened' });
    expect(press('a', {}, editing)).toBeNull();
    const field = document.createElement('input');
    expect(press('a', { target: field })).toBeNull();
  });
  it('leaves the browser its shortcuts', () => {
    expect(press('a', { ctrlKey: true })).toBeNull();
    expect(press('d', { metaKey: true })).toBeNull();
  });
});
