import { expect, test } from 'vitest';

import type { WireEvent } from '../protocol';
import { Channels } from './channels';

function event(seq: number, channel: string, channel_seq: number): WireEvent {
  return {
    session_id: 's',
    room_id: null,
    seq,
    channel,
    channel_seq,
    at_ms: 0,
    actor_id: null,
    type: 'chat_sent',
    version: 1,
    data: {},
    cause_id: null,
  };
}

function started(): Channels {
  const channels = new Channels();
  channels.reset({ session: 5 }, 9);
  return channels;
}

test('takes what follows on and drops repeats', () => {
  const channels = started();
  const first = event(10, 'session', 6);
  expect(channels.take([first, first, event(12, 'session', 7)])).toEqual({
    ready: [first, event(12, 'session', 7)],
    hasGap: false,
  });
  expect(channels.seq).toBe(12);
});

test('stops at a gap in one channel and catches up by a fetch', () => {
  const channels = started();
  expect(channels.take([event(10, 'session', 6), event(14, 'session', 9)])).toEqual({
    ready: [event(10, 'session', 6)],
    hasGap: true,
  });
  expect(channels.seq).toBe(10);
  const fetched = [event(11, 'session', 7), event(13, 'session', 8), event(14, 'session', 9)];
  expect(channels.takeFetched(fetched)).toEqual(fetched);
  expect(channels.take([event(14, 'session', 9)])).toEqual({ ready: [], hasGap: false });
  expect(channels.all).toEqual({ session: 9 });
});

test('another channel’s events are no gap', () => {
  const channels = started();
  expect(channels.take([event(20, 'person:ada', 3), event(21, 'session', 6)]).hasGap).toBe(false);
  expect(channels.all).toEqual({ session: 6, 'person:ada': 3 });
});
