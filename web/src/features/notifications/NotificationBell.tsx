import { ActionIcon, Button, Indicator, Popover, Text } from '@mantine/core';
import { notifications as toasts } from '@mantine/notifications';
import { IconBell, IconCircleCheck, IconAlertTriangle, IconPlayerPlay } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';

import { formatDateTime, i18next } from '../../i18n';
import type { Notification } from '../../protocol';
import { http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import classes from './NotificationBell.module.css';
import { arrived, marked, sorted, unreadCount } from './state';

const POLL_MS = 15_000;

const ICONS: Readonly<Record<Notification['kind'], ReactNode>> = {
  recording_provisional: <IconPlayerPlay size={18} />,
  recording_ready: <IconCircleCheck size={18} />,
  recording_failed: <IconAlertTriangle size={18} />,
};

export default function NotificationBell() {
  const { t } = useTranslation('notifications');
  const [, navigate] = useLocation();
  const [isOpen, setOpen] = useState(false);
  const { data, set } = useResource<Notification[]>('/notifications', { pollMs: POLL_MS });
  const before = useRef<Notification[] | null>(null);

  const markRead = (id: string): void => {
    set((old) => old && marked(old, id));
    // Read again at the next poll if this one was lost; nothing to say about it.
    http.post(`/notifications/${id}/read`).catch(() => undefined);
  };

  useEffect(() => {
    if (data === null) return;
    for (const each of arrived(before.current, data)) {
      announce(each, () => {
        markRead(each.notification_id);
        navigate(each.path);
      });
    }
    before.current = data;
    // Only what arrives matters; the callbacks are of this moment.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [data]);

  const shown = sorted(data ?? []);
  const unread = unreadCount(shown);
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={340} trapFocus shadow="md" radius="lg">
      <Indicator label={unread > 9 ? '9+' : unread} size={17} offset={7} color="coral.7" disabled={unread === 0}>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            c="var(--mantine-color-text)"
            aria-label={t('bell', { count: unread })}
            onClick={() => setOpen((value) => !value)}
          >
            <IconBell size={20} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0} aria-label={t('title')}>
        <div className={classes.head}>
          <h2>{t('title')}</h2>
          {unread > 0 && (
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => shown.filter((each) => !each.is_read).forEach((each) => markRead(each.notification_id))}
            >
              {t('markAllRead')}
            </Button>
          )}
        </div>
        {shown.length === 0 ? (
          <Text c="dimmed" size="sm" p="md" pt={4}>{t('none')}</Text>
        ) : (
          <ul className={classes.list}>
            {shown.map((each) => (
              <li key={each.notification_id}>
                <Link
                  href={each.path}
                  className={classes.row}
                  data-unread={!each.is_read || undefined}
                  onClick={() => {
                    markRead(each.notification_id);
                    setOpen(false);
                  }}
                >
                  <span className={classes.icon} data-kind={each.kind} aria-hidden>{ICONS[each.kind]}</span>
                  <span className={classes.text}>
                    <b>{t(each.kind)}</b>
                    <span>{each.title}</span>
                    <time dateTime={each.created_at}>{formatDateTime(each.created_at)}</time>
                  </span>
                  {!each.is_read && <span className={classes.dot}><span className="sr-only">{t('unread')}</span></span>}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function announce(notification: Notification, open: () => void): void {
  const id = toasts.show({
    color: notification.kind === 'recording_failed' ? 'coral' : 'teal',
    autoClose: 10_000,
    withBorder: true,
    title: i18next.t(`notifications:${notification.kind}`),
    closeButtonProps: { 'aria-label': i18next.t('action.dismiss') },
    message: (
      <>
        <Text size="sm" mb={6}>{notification.title}</Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            toasts.hide(id);
            open();
          }}
        >
          {i18next.t('notifications:open')}
        </Button>
      </>
    ),
  });
}
