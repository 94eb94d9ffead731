import { expect, it } from 'vitest';

import type { RecordedRoom, Recording, TimelineMark } from '../../protocol';
import { canBeWatched, roomAsked, roomName, roomRecording } from './rooms';

const RED: RecordedRoom = {
  room_id: 'b.0', name: 'Red', name_de: '', task: 'Read', start_ms: 60_000, end_ms: 90_000,
  audio_url: '/red', captions_url: '/red.vtt', participant_ids: ['ada'], members: ['ada'], number: 3,
  tracks: [], cuts: [], debate_id: null, side: null, boards: [], marks: [], chapters: [],
};
const mark = (at_ms: number, data: TimelineMark['data']): TimelineMark => ({
  at_ms, kind: 'speech', label: '', data,
});
const WHOLE = {
  summary: { title: 'Class', duration_ms: 120_000 },
  hls_url: '/main.m3u8', chapters: [{}], gaps: [{}], rooms: [RED, { ...RED, number: 4, audio_url: null }],
  marks: [
    mark(10, { room_id: 'b.0' }),
    mark(65_000, { room_id: 'b.0', end_ms: 70_000 }),
    mark(66_000, { room_id: 'main' }),
    mark(90_000, { room_id: 'b.0' }),
  ],
} as unknown as Recording;

it('makes a recording of a room: its own sound and time, and the marks of it', () => {
  const made = roomRecording(WHOLE, RED, 'en');
  expect([made.hls_url, made.audio_url, made.captions_url]).toEqual([null, '/red', '/red.vtt']);
  expect([made.summary.title, made.summary.duration_ms]).toEqual(['Red', 30_000]);
  expect(made.marks).toEqual([mark(5_000, { room_id: 'b.0', end_ms: 10_000 })]);
  expect([made.chapters, made.gaps, made.rooms]).toEqual([[], [], []]);
});

it('shows in a room what was drawn there, what it came to, and what everybody saw', () => {
  const board = { start_ms: 0, end_ms: 9, picture_id: 'p', text: '', url: '/p' };
  const drawn: TimelineMark = { at_ms: 1_000, kind: 'whiteboard', label: 'Ink', data: {} };
  const chapter = { chapter_id: 'c', start_ms: 0, end_ms: 30_000, title: 'Ink', thumbnail: null, speaker_names: [] };
  const room = { ...RED, boards: [board], marks: [drawn], chapters: [chapter] };
  const slide = { deck_id: 'd', page: 1, title: '', text: '', url: '/s' };
  const poll: TimelineMark = { at_ms: 62_000, kind: 'poll', label: 'Clear?', data: {} };
  const whole = {
    ...WHOLE,
    marks: [poll, { ...poll, at_ms: 95_000 }],
    slides: [
      { ...slide, start_ms: 50_000, end_ms: 61_000 },
      { ...slide, start_ms: 80_000, end_ms: 100_000 },
      { ...slide, start_ms: 100_000, end_ms: 110_000 },
    ],
  };
  const made = roomRecording(whole, room, 'en');
  expect(made.marks).toEqual([drawn, { ...poll, at_ms: 2_000 }]);
  expect([made.boards, made.chapters]).toEqual([[board], [chapter]]);
  expect(made.slides.map((one) => [one.start_ms, one.end_ms])).toEqual([[0, 1_000], [20_000, 30_000]]);
});

it.each([['3', 3], ['4', null], ['9', null], ['x', null], [null, null]])(
  'the address ?room=%s opens %s', (asked, number) => {
    expect(roomAsked(WHOLE, asked)?.number ?? null).toBe(number);
  },
);

it('names a side in the language of the reader', () => {
  const side = { ...RED, name: 'Proposition', name_de: 'Pro' };
  expect([roomName(side, 'en'), roomName(side, 'de'), roomName(RED, 'de')]).toEqual(['Proposition', 'Pro', 'Red']);
});

it('opens a silent room for what was drawn or shown in it, and none for nothing', () => {
  const silent = { ...RED, audio_url: null };
  const board = { start_ms: 0, end_ms: 9, picture_id: 'p', text: '', url: '/p' };
  const slide = { deck_id: 'd', page: 1, title: '', text: '', url: '/s', start_ms: 0, end_ms: 60_000 };
  expect(canBeWatched(WHOLE, silent)).toBe(false);
  expect(canBeWatched(WHOLE, { ...silent, boards: [board] })).toBe(true);
  expect(canBeWatched({ ...WHOLE, slides: [slide] }, silent)).toBe(false);
  expect(canBeWatched({ ...WHOLE, slides: [{ ...slide, end_ms: 60_001 }] }, silent)).toBe(true);
});
