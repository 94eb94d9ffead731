import { expect, it } from 'vitest';

import type { User } from '../../protocol';
import { isExpired, isProtected, matching, sorted } from './state';

function user(name: string, change: Partial<User> = {}): User {
  return {
    user_id: name, name, email: `${name.toLowerCase()}@example.org`, role: 'learner',
    is_disabled: false, created_at: '2026-01-01T00:00:00Z', last_seen_at: null, ...change,
  };
}

it('lists active people first, by name', () => {
  const all = [user('Zoe'), user('Ärne'), user('Adam', { is_disabled: true })];
  expect(sorted(all, 'de').map((each) => each.name)).toEqual(['Ärne', 'Zoe', 'Adam']);
});

it('finds by name or address', () => {
  const all = [user('Mei'), user('Leo')];
  expect(matching(all, ' MEI@ ')).toEqual([all[0]]);
  expect(matching(all, '')).toHaveLength(2);
});

it('protects oneself and the last active admin', () => {
  const root = user('Root', { role: 'admin' });
  const gone = user('Gone', { role: 'admin', is_disabled: true });
  const other = user('Other', { role: 'admin' });
  expect(isProtected(root, [root, gone], 'me')).toBe(true);
  expect(isProtected(root, [root, other], 'me')).toBe(false);
  expect(isProtected(other, [root, other], 'Other')).toBe(true);
});

it('knows an invitation that ran out', () => {
  const invitation = {
    invitation_id: 'i', email: 'a@b', name: 'A', role: 'learner' as const, link: null,
    expires_at: '2026-01-02T00:00:00Z',
  };
  expect(isExpired(invitation, Date.parse('2026-01-01T00:00:00Z'))).toBe(false);
  expect(isExpired(invitation, Date.parse('2026-01-03T00:00:00Z'))).toBe(true);
});
