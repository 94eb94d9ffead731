import { cleanup, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';

import type { RecordedRoom, Recording, RoomHit } from '../../protocol';
import { http } from '../../transport/http';
import { renderUi } from '../../ui/test_render';
import { Player, PlayerContext } from './player';
import { RoomsCard } from './RoomsCard';
import { RoomWatch } from './RoomWatch';
import { TranscriptPanel } from './TranscriptPanel';

const BLUE: RecordedRoom = {
  room_id: 'b.1', name: 'Blue', name_de: '', task: '', start_ms: 60_000, end_ms: 90_000,
  audio_url: null, captions_url: null, participant_ids: [], members: ['ada'], number: 1, tracks: [],
  cuts: [{ start_ms: 0, end_ms: 30_000, main_track_id: 'board:p', inset_track_id: null }],
  boards: [{ start_ms: 0, end_ms: 30_000, picture_id: 'p', text: 'Lead and tin', url: '/p.webp' }],
  debate_id: null, side: null, marks: [], chapters: [],
};
const RECORDING = {
  summary: { recording_id: 'r1', title: 'Class', duration_ms: 120_000, stage: 'published' },
  hls_url: '/main.m3u8', audio_url: null, captions_url: null, storyboard_url: null,
  chapters: [], gaps: [], tracks: [], cuts: [], slides: [], boards: [], marks: [],
  participant_names: {}, language: null,
  rooms: [BLUE, { ...BLUE, number: 2, name: 'Green', boards: [], cuts: [] }],
} as unknown as Recording;
const HIT: RoomHit = {
  room: { number: 1, name: 'Blue', name_de: '', is_side: false },
  start_ms: 0, speaker_name: '', snippet: '<mark>Lead</mark> and tin',
};

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test('a room in which nobody spoke is opened for what was drawn, and nothing is to open else', () => {
  renderUi(
    <PlayerContext value={new Player(120_000, 0, 0)}>
      <RoomsCard recording={RECORDING} />
    </PlayerContext>,
  );
  const blue = within(screen.getByRole('region', { name: 'Blue' }));
  expect(blue.getByRole('link').getAttribute('href')).toBe('/recordings/r1?room=1');
  expect(blue.getByText(/Nobody spoke/)).toBeTruthy();
  expect(within(screen.getByRole('region', { name: 'Green' })).queryByRole('link')).toBeNull();
});

test('it shows the drawing, says that nothing was said, and plays by a clock alone', async () => {
  vi.spyOn(http, 'get').mockResolvedValue({ segments: [], language: null, engine: '', model: '' });
  renderUi(<RoomWatch recording={RECORDING} room={BLUE} />);
  expect(screen.getByTestId('still').getAttribute('src')).toBe('/p.webp');
  expect(screen.getByRole('note').textContent).toMatch(/Nobody spoke in this room/);
  expect(await screen.findByText('Nobody was heard in it.')).toBeTruthy();
  expect(screen.getByTestId('times').textContent).toBe('0:00 / 0:30');
  expect(screen.queryByRole('button', { name: /CC/ })).toBeNull();
  const media = screen.getByTestId<HTMLElement & { paused: boolean }>('media');
  await userEvent.click(screen.getByRole('button', { name: 'Play' }));
  expect(media.paused).toBe(false);
  cleanup();
  expect(media.paused).toBe(true);
});

test('rooms are searched where the main room has no transcript', async () => {
  const get = vi.spyOn(http, 'get').mockResolvedValueOnce([HIT]).mockResolvedValue([]);
  renderUi(
    <TranscriptPanel
      transcript={{ segments: [], language: null, engine: '', model: '' }}
      isLoading={false}
      isInWork={false}
      gaps={[]}
      searchInput={{ current: null }}
      withRoomsOf="r1"
    />,
  );
  expect(screen.getByText('No transcript')).toBeTruthy();
  const field = screen.getByRole('textbox', { name: 'Search in breakout rooms' });
  await userEvent.type(field, 'lead');
  expect((await screen.findByRole('link')).getAttribute('href')).toBe('/recordings/r1?room=1&t=0');
  expect(get.mock.calls[0]).toMatchObject(['/recordings/r1/rooms/search', { query: { q: 'lead' } }]);
  await userEvent.type(field, 's');
  expect((await screen.findByRole('status')).textContent).toBe('No hits');
});
