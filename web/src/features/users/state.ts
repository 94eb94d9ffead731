import type { Invitation, User } from '../../protocol';

/** Active people first, each group by name as its language sorts it. */
export function sorted(users: readonly User[], locale: string): User[] {
  const order = new Intl.Collator(locale);
  return [...users].sort(
    (a, b) => Number(a.is_disabled) - Number(b.is_disabled) || order.compare(a.name, b.name),
  );
}

export function matching(users: readonly User[], query: string): User[] {
  const wanted = query.trim().toLocaleLowerCase();
  return wanted === ''
    ? [...users]
    : users.filter((user) =>
        `${user.name}\n${user.email}`.toLocaleLowerCase().includes(wanted));
}

export function isExpired(invitation: Invitation, nowMs: number): boolean {
  return Date.parse(invitation.expires_at) <= nowMs;
}

/**
 * Whether an account may be changed from this page: not one's own (one would lock oneself out),
 * and never the last active admin.
 */
export function isProtected(user: User, all: readonly User[], myId: string | null): boolean {
  if (user.user_id === myId) return true;
  const admins = all.filter((each) => each.role === 'admin' && !each.is_disabled);
  return admins.length === 1 && admins[0]?.user_id === user.user_id;
}
