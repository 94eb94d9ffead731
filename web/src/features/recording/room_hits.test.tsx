import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';

import type { RoomHit } from '../../protocol';
import { ApiError, http } from '../../transport/http';
import { renderUi } from '../../ui/test_render';
import { RoomHits } from './RoomHits';

const HIT: RoomHit = {
  room: { number: 3, name: 'Red', name_de: '', is_side: false },
  start_ms: 61_900, speaker_name: 'Ada', snippet: 'of <mark>lead</mark> &lt;and tin&gt;',
};

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test('each hit says where it was said and opens the room there', async () => {
  const get = vi.spyOn(http, 'get').mockResolvedValue([
    HIT,
    { ...HIT, room: { ...HIT.room, number: 4, name: 'For', is_side: true }, speaker_name: '' },
  ]);
  renderUi(<RoomHits recordingId="r1" query=" lead " />);
  const [red, side] = await screen.findAllByRole('link');
  expect(get.mock.calls[0]).toMatchObject(['/recordings/r1/rooms/search', { query: { q: 'lead' } }]);
  expect(screen.getByRole('region', { name: '2 hits in rooms' })).toBeTruthy();
  expect(red?.getAttribute('href')).toBe('/recordings/r1?room=3&t=61');
  expect(red?.textContent).toBe('Red · 1:01 · Adaof lead <and tin>');
  expect(side?.textContent).toContain('Preparation of For · 1:01');
});

test('nothing is asked without a word, and nothing shown without a hit', async () => {
  const get = vi.spyOn(http, 'get').mockResolvedValue([]);
  const { rerender } = renderUi(<RoomHits recordingId="r1" query=" " />);
  expect(get).not.toHaveBeenCalled();
  rerender(<RoomHits recordingId="r1" query="ink" />);
  await vi.waitFor(() => expect(get).toHaveBeenCalled());
  expect(screen.queryByRole('region')).toBeNull();
});

test('a search that fails says so and can be tried again', async () => {
  const failed = new ApiError(500, { code: 'internal', message: '', field: null, retry_after_s: null });
  const get = vi.spyOn(http, 'get').mockRejectedValueOnce(failed).mockResolvedValue([HIT]);
  renderUi(<RoomHits recordingId="r1" query="lead" />);
  await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('link')).toBeTruthy();
  expect(get).toHaveBeenCalledTimes(2);
});
