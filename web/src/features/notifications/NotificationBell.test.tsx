import { MantineProvider } from '@mantine/core';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';

import type { Notification } from '../../protocol';
import NotificationBell from './NotificationBell';

const READY: Notification = {
  notification_id: 'n1', kind: 'recording_ready', title: 'The press', path: '/recordings/r1',
  created_at: '2026-01-01T00:00:00Z', is_read: false,
};

afterEach(() => vi.unstubAllGlobals());

it('says that a recording is ready, counts it and marks it read', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (url: string, options: RequestInit) => {
    asked.push(`${options.method} ${url}`);
    return Promise.resolve(
      options.method === 'POST' ? new Response(null, { status: 204 }) : Response.json([READY]),
    );
  });
  render(
    <MantineProvider env="test">
      <NotificationBell />
    </MantineProvider>,
  );
  const bell = await screen.findByRole('button', { name: 'Notifications, 1 unread' });
  await userEvent.click(bell);
  expect(await screen.findByText('Your recording is ready')).toBeTruthy();
  expect(screen.getByText('The press')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Mark all as read' }));
  await waitFor(() => expect(asked).toContain('POST /api/v1/notifications/n1/read'));
  expect(screen.getByRole('button', { name: 'Notifications', hidden: true })).toBeTruthy();
}, 20_000);
