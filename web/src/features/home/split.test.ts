import { expect, test } from 'vitest';

import type { Session } from '../../protocol';
import { splitSessions } from './split';

const session = (over: Partial<Session>): Session => ({
  session_id: 's',
  title: 'T',
  description: '',
  course_id: null,
  course_title: null,
  state: 'scheduled',
  starts_at: null,
  duration_min: 60,
  time_zone: 'UTC',
  lobby_is_on: true,
  record_automatically: true,
  facilitator_names: [],
  is_facilitator: false,
  is_observer: false,
  present_count: 0,
  recording_id: null,
  created_at: '2026-01-01T00:00:00Z',
  started_at: null,
  ended_at: null,
  material_count: 0,
  material_done_count: 0,
  ...over,
});

test('live apart, ended left out, upcoming in order', () => {
  const { live, upcoming } = splitSessions([
    session({ session_id: 'late', starts_at: '2026-03-02T10:00:00Z' }),
    session({ session_id: 'on', state: 'live' }),
    session({ session_id: 'soon', starts_at: '2026-03-01T10:00:00Z' }),
    session({ session_id: 'over', state: 'ended' }),
    session({ session_id: 'open' }),
  ]);
  expect(live.map((one) => one.session_id)).toEqual(['on']);
  expect(upcoming.map((one) => one.session_id)).toEqual(['open', 'soon', 'late']);
});
