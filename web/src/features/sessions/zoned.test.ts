import { expect, test } from 'vitest';

import { allZones, nextHour, utcIso, wallTime } from './zoned';

test.each([
  ['2026-01-15', '14:30', 'Europe/Berlin', '2026-01-15T13:30:00.000Z'],
  ['2026-07-15', '14:30', 'Europe/Berlin', '2026-07-15T12:30:00.000Z'],
  ['2026-01-15', '00:15', 'Asia/Kolkata', '2026-01-14T18:45:00.000Z'],
  ['2026-03-08', '03:30', 'America/New_York', '2026-03-08T07:30:00.000Z'],
  ['2026-11-01', '12:00', 'America/New_York', '2026-11-01T17:00:00.000Z'],
  ['2026-05-01', '00:00', 'UTC', '2026-05-01T00:00:00.000Z'],
])('%s %s in %s is %s and back', (date, time, zone, iso) => {
  expect(utcIso({ date, time }, zone)).toBe(iso);
  expect(wallTime(iso, zone)).toEqual({ date, time });
});

test('an hour that the clocks skip means the time after the jump', () => {
  const iso = utcIso({ date: '2026-03-29', time: '02:30' }, 'Europe/Berlin') ?? '';
  expect(['01:30', '03:30']).toContain(wallTime(iso, 'Europe/Berlin').time);
});

test('half a date is none', () => {
  expect(utcIso({ date: '', time: '10:00' }, 'UTC')).toBeNull();
  expect(utcIso({ date: '2026-01-01', time: '' }, 'UTC')).toBeNull();
});

test('suggestions', () => {
  expect(nextHour(Date.parse('2026-01-01T22:10:00Z'), 'UTC')).toEqual({
    date: '2026-01-01',
    time: '23:00',
  });
  expect(allZones()).toContain('UTC');
});
