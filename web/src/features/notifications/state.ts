import type { Notification } from '../../protocol';

export function unreadCount(all: readonly Notification[]): number {
  return all.filter((each) => !each.is_read).length;
}

/** Unread ones that were not there before: worth a toast. The first load announces nothing. */
export function arrived(
  before: readonly Notification[] | null,
  now: readonly Notification[],
): Notification[] {
  if (before === null) return [];
  const known = new Set(before.map((each) => each.notification_id));
  return now.filter((each) => !each.is_read && !known.has(each.notification_id));
}

export function marked(
  all: readonly Notification[],
  notificationId: string | null,
): Notification[] {
  return all.map((each) =>
    notificationId === null || each.notification_id === notificationId
      ? { ...each, is_read: true }
      : each,
  );
}

/** Newest first, whatever order they came in. */
export function sorted(all: readonly Notification[]): Notification[] {
  return [...all].sort((a, b) => b.created_at.localeCompare(a.created_at));
}
