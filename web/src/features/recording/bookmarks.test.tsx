import { Notifications } from '@mantine/notifications';
import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Bookmark } from '../../protocol';
import { ApiError, http } from '../../transport/http';
import { renderUi } from '../../ui/test_render';
import { BookmarksCard } from './BookmarksCard';
import { Player, PlayerContext } from './player';
import { inOrder, useBookmarks } from './useBookmarks';

const EARLY: Bookmark = {
  bookmark_id: 'b1', at_ms: 65_000, note: 'Why linen', created_at: '2026-03-04T09:00:00Z',
};

vi.setConfig({ testTimeout: 30_000 });

const Card = () => <BookmarksCard bookmarks={useBookmarks('r1')} />;

let player: Player;
function show(list: Bookmark[]) {
  vi.spyOn(http, 'get').mockResolvedValue(list);
  renderUi(
    <PlayerContext value={player}>
      <Card />
      <Notifications />
    </PlayerContext>,
  );
}

beforeEach(() => {
  player = new Player(200_000, 131_400, 0);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test('a bookmark is a way to its second', async () => {
  show([EARLY]);
  const list = await screen.findByRole('list', { name: 'Your bookmarks' });
  expect(list.textContent).toContain('Why linen');
  fireEvent.click(within(list).getByText('1:05'));
  expect(player.state.timeMs).toBe(65_000);
});

test('a new one is kept where the player stands, and its note is written at once', async () => {
  show([EARLY]);
  const made = { ...EARLY, bookmark_id: 'b2', at_ms: 131_400, note: '' };
  const post = vi.spyOn(http, 'post').mockResolvedValue(made);
  const patch = vi.spyOn(http, 'patch').mockResolvedValue({ ...made, note: 'Rags' });
  await screen.findByRole('list');
  fireEvent.click(screen.getByRole('button', { name: 'Bookmark this moment' }));
  const note = await screen.findByRole('textbox', { name: 'Note at 2:11' });
  expect(post).toHaveBeenCalledWith('/recordings/r1/bookmarks', { at_ms: 131_400, note: '' });
  expect(document.activeElement).toBe(note);
  fireEvent.change(note, { target: { value: 'Rags' } });
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('Rags');
  expect(patch).toHaveBeenCalledWith('/recordings/r1/bookmarks/b2', { note: 'Rags' });
});

test('what was deleted comes back with its note', async () => {
  show([EARLY]);
  const gone = vi.spyOn(http, 'delete').mockResolvedValue(undefined);
  const post = vi.spyOn(http, 'post').mockResolvedValue({ ...EARLY, bookmark_id: 'b3' });
  fireEvent.click(await screen.findByRole('button', { name: 'Delete the bookmark at 1:05' }));
  await screen.findByText('No bookmarks yet');
  expect(gone).toHaveBeenCalledWith('/recordings/r1/bookmarks/b1');
  fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
  await screen.findByText('Why linen');
  const kept = { at_ms: 65_000, note: 'Why linen' };
  expect(post).toHaveBeenCalledWith('/recordings/r1/bookmarks', kept);
});

test('a refusal is said, and nothing changes', async () => {
  show([EARLY]);
  const refusal = new ApiError(409, { code: 'too_many_bookmarks', message: 'Delete one first.' });
  vi.spyOn(http, 'post').mockRejectedValue(refusal);
  await screen.findByRole('list');
  fireEvent.click(screen.getByRole('button', { name: 'Bookmark this moment' }));
  await screen.findByText(/Delete one first/);
  expect(screen.getAllByRole('listitem')).toHaveLength(1);
});

test('they stand in the order of the recording', () => {
  const late = { ...EARLY, bookmark_id: 'b0', at_ms: 70_000 };
  expect(inOrder([late, EARLY])).toEqual([EARLY, late]);
});
