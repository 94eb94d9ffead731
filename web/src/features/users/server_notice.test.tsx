import { screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import type { ServerStatus } from '../../protocol';
import { renderUi } from '../../ui/test_render';
import { ServerNotice } from './ServerNotice';

function serverIs(status: ServerStatus) {
  const fetched = vi.fn(() =>
    Promise.resolve(
      new Response(JSON.stringify(status), { headers: { 'Content-Type': 'application/json' } }),
    ),
  );
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

afterEach(() => vi.unstubAllGlobals());

test('an admin reads why media costs more than it must, and what to install', async () => {
  serverIs({
    version: '1', media_plane: 'python', media_plane_lack: 'It needs a compiler (apt-get install gcc).',
  });
  renderUi(<ServerNotice />);
  expect((await screen.findByRole('status')).textContent).toContain('apt-get install gcc');
});

test('nothing is said where nothing is lacking', async () => {
  const fetched = serverIs({ version: '1', media_plane: 'native', media_plane_lack: null });
  renderUi(<ServerNotice />);
  await waitFor(() => expect(fetched).toHaveBeenCalled());
  expect(screen.queryByRole('status')).toBeNull();
});
