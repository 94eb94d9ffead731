import { expect, it } from 'vitest';

import type { Notification } from '../../protocol';
import { arrived, marked, sorted, unreadCount } from './state';

function note(id: string, is_read = false, day = 1): Notification {
  return {
    notification_id: id, kind: 'recording_ready', title: 'T', path: '/recordings/r', is_read,
    created_at: `2026-01-0${day}T00:00:00Z`,
  };
}

it('announces only what is new and unread, never the first load', () => {
  expect(arrived(null, [note('a')])).toEqual([]);
  expect(arrived([note('a')], [note('a'), note('b'), note('c', true)])).toEqual([note('b')]);
});

it('marks one or all read', () => {
  const all = [note('a'), note('b')];
  expect(unreadCount(all)).toBe(2);
  expect(unreadCount(marked(all, 'a'))).toBe(1);
  expect(unreadCount(marked(all, null))).toBe(0);
});

it('shows the newest first', () => {
  expect(sorted([note('old', false, 1), note('new', false, 2)])[0]?.notification_id).toBe('new');
});
