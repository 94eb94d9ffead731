import { expect, it } from 'vitest';

import type { RecordedRoom, Recording, TimelineMark } from '../../protocol';
import { roomAsked, roomName, roomRecording } from './rooms';

const RED: RecordedRoom = {
  room_id: 'b.0', name: 'Red', name_de: '', task: 'Read', start_ms: 60_000, end_ms: 90_000,
  audio_url: '/red', captions_url: '/red.vtt', participant_ids: ['ada'], members: ['ada'], number: 3,
  tracks: [], cuts: [], debate_id: null, side: null,
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

it.each([['3', 3], ['4', null], ['9', null], ['x', null], [null, null]])(
  'the address ?room=%s opens %s', (asked, number) => {
    expect(roomAsked(WHOLE, asked)?.number ?? null).toBe(number);
  },
);

it('names a side in the language of the reader', () => {
  const side = { ...RED, name: 'Proposition', name_de: 'Pro' };
  expect([roomName(side, 'en'), roomName(side, 'de'), roomName(RED, 'de')]).toEqual(['Proposition', 'Pro', 'Red']);
});
