import { expect, test } from 'vitest';

import type { SlotAssignment } from '../protocol';
import { isAtOrAfter, slotNames, Slots } from './slots';

const assignment = (over: Partial<SlotAssignment>): SlotAssignment => ({
  slot: 'stage',
  mid: '4',
  participant_id: 'ada',
  track: 'camera',
  rtp: 1000,
  layer: 'f',
  ...over,
});

test('RTP timestamps wrap', () => {
  expect(isAtOrAfter(1000, 1000)).toBe(true);
  expect(isAtOrAfter(999, 1000)).toBe(false);
  expect(isAtOrAfter(5, 0xfffffff0)).toBe(true);
  expect(isAtOrAfter(0xfffffff0, 5)).toBe(false);
});

test('a new person is shown with their first frame, not before', () => {
  const slots = new Slots();
  expect(slots.assign(assignment({}))).toBe(false);
  expect(slots.frame('stage', 900)).toBe(false);
  expect(slots.shown).toEqual({});
  expect(slots.frame('stage', 1090)).toBe(true);
  expect(slots.shown).toEqual({ stage: 'ada' });
});

test('two switches in a row: the frame decides how far we are', () => {
  const slots = new Slots();
  slots.assign(assignment({ rtp: 1000 }));
  slots.assign(assignment({ rtp: 5000, participant_id: 'ben' }));
  expect(slots.frame('stage', 6000)).toBe(true);
  expect(slots.shown.stage).toBe('ben');
  expect(slots.frame('stage', 7000)).toBe(false);
});

test('an emptied slot hides at once and forgets what was to come', () => {
  const slots = new Slots();
  slots.assign(assignment({ rtp: null }));
  slots.assign(assignment({ rtp: 9000, participant_id: 'ben' }));
  expect(slots.assign(assignment({ participant_id: null, rtp: null }))).toBe(true);
  expect(slots.frame('stage', 9500)).toBe(false);
  expect(slots.shown.stage).toBeNull();
});

test('sound has no frames: it applies at once', () => {
  const slots = new Slots();
  expect(slots.assign(assignment({ slot: 'audio0', track: 'microphone' }))).toBe(true);
  expect(slots.slotOf('ada', 'audio')).toBe('audio0');
  expect(slots.slotOf('ada', 'gallery')).toBeNull();
});

test('without frames the server is believed in the end, once', () => {
  const slots = new Slots();
  const late = assignment({});
  slots.assign(late);
  expect(slots.settle('stage', late)).toBe(true);
  expect(slots.settle('stage', late)).toBe(false);
});

test('slot names in m-line order', () => {
  expect(slotNames(2)).toEqual([
    'stage',
    'stage_audio',
    'screen',
    'screen_audio',
    'audio0',
    'audio1',
    'audio2',
    'audio3',
    'audio4',
    'gallery0',
    'gallery1',
  ]);
});
