import { describe, expect, it } from 'vitest';

import { aPerson, aSnapshot, eventsAfter } from '../fixtures';
import { applyEvent, applyEvents } from '../state';
import { applyFollowing } from './fold';
import { merged } from './merge';
import { mayChoose, ownRoom, peopleIn, timeOf, unassigned } from './select';

const rooms = [
  { room_id: 'b.1', name: 'Red', task: 'Read', participant_ids: ['ben'] },
  { room_id: 'b.2', name: 'Blue', task: '', participant_ids: ['cy'] },
];
const plan = { breakout_id: 'b', rooms, late: 'smallest', may_return: true, may_choose: false };

function opened(me: string, over: Record<string, unknown> = {}) {
  const snapshot = aSnapshot({
    me,
    participants: [
      aPerson('ada', { role: 'facilitator' }),
      aPerson('ben'),
      aPerson('cy'),
      aPerson('dee', { presence: 'left' }),
    ],
  });
  const event = eventsAfter(snapshot);
  const state = applyEvent(snapshot, event('breakouts_opened', { ...plan, ends_at_ms: 121_000, ...over }));
  return { state, event };
}

describe('BR4 opening', () => {
  it('takes everybody who is here to their room', () => {
    const { state } = opened('ben');
    expect(state.room_id).toBe('b.1');
    expect(ownRoom(state)?.name).toBe('Red');
    expect(peopleIn(state, 'b.1').map((one) => one.participant_id)).toEqual(['ben']);
    expect(peopleIn(state, 'main').map((one) => one.participant_id)).toEqual(['ada']);
    expect(unassigned(state)).toEqual([]);
  });

  it('brings everybody back at the close and keeps the set for facilitators only', () => {
    for (const me of ['ben', 'ada']) {
      const { state, event } = opened(me);
      const closed = applyEvent(state, event('breakouts_closed', { breakout_id: 'b' }));
      expect(closed.room_id).toBe('main');
      expect(closed.breakouts?.state).toBe(me === 'ada' ? 'closed' : undefined);
    }
  });
});

describe('BR5 time', () => {
  it('counts down, warns in the last minute and tells the countdown', () => {
    const { state, event } = opened('ben');
    const { breakouts } = state;
    if (!breakouts) throw new Error('open');
    expect(timeOf(breakouts, 61_000 - 1)).toEqual({ kind: 'left', ms: 60_001, isUrgent: false });
    expect(timeOf(breakouts, 61_000)).toMatchObject({ isUrgent: true });
    const closing = applyEvent(state, event('breakouts_closing', { closes_at_ms: 151_000 }));
    expect(closing.breakouts && timeOf(closing.breakouts, 150_000)).toMatchObject({
      kind: 'closing',
      ms: 1000,
    });
    const longer = applyEvent(closing, event('breakouts_extended', { ends_at_ms: 300_000 }));
    expect(longer.breakouts).toMatchObject({ state: 'open', closes_at_ms: null });
  });
});

describe('BR8 moving', () => {
  it('keeps the place of who goes back by themselves, and not of who is moved', () => {
    const { state, event } = opened('ben');
    const away = applyEvent(
      state,
      event('participant_moved', {
        participant_id: 'ben',
        room_id: 'main',
        by: 'ben',
        keeps_place: true,
      }),
    );
    expect(away.room_id).toBe('main');
    const [red, blue] = away.breakouts?.rooms ?? [];
    expect(red && mayChoose(away, red)).toBe(true);
    expect(blue && mayChoose(away, blue)).toBe(false);
    const moved = applyEvent(
      away,
      event('participant_moved', {
        participant_id: 'ben',
        room_id: 'b.2',
        by: 'ada',
        keeps_place: false,
      }),
    );
    expect(moved.breakouts?.rooms.map((room) => room.participant_ids)).toEqual([[], ['cy', 'ben']]);
  });

  it('counts places where a room has only so many', () => {
    const { state } = opened('ben', { may_choose: true, room_size: 1 });
    const blue = state.breakouts?.rooms[1];
    expect(blue && mayChoose(state, blue)).toBe(false);
  });
});

describe('BR12 what is in a room', () => {
  it('comes with the move, takes the place of the old room and leaves the main room', () => {
    const { state, event } = opened('ben');
    const talked = applyEvents(state, [
      event('chat_sent', { message_id: '1', participant_id: 'ada', text: 'to all' }),
    ]);
    const line = {
      message_id: '2', participant_id: 'cy', text: 'in Blue', at_ms: 61_500, is_deleted: false,
      to: null, reply_to: null, mentions: [], edited_at_ms: null, reactions: {}, file: null,
      room_id: 'b.2',
    }; // prettier-ignore
    const followed = applyFollowing(talked, {
      channels: { session: 12, 'room:b.2': 4 },
      rooms: [{ room_id: 'b.2', notes: 'ours', notes_version: 3, notes_by: 'cy' }],
      help: [{ room_id: 'b.2', participant_id: 'cy', called_at_ms: 1, place: 2 }],
      chat: [line],
      notes: {},
      chat_from: {},
      chat_quoted: [],
    });
    expect(followed.chat.map((one) => one.text)).toEqual(['to all', 'in Blue']);
    expect(followed.channels).toEqual({ session: 12, 'room:b.2': 4 });
    expect(followed.breakouts?.rooms.map((room) => room.notes)).toEqual(['', 'ours']);
    expect(followed.breakouts?.help).toHaveLength(1);
  });
});

describe('BR11 notes two people write at once', () => {
  it.each([
    ['a\nb\nc', 'a1\nb\nc', 'a\nb\nc2', 'a1\nb\nc2'],
    ['a\nb\nc', 'a\nb\nc2', 'a1\nb\nc', 'a1\nb\nc2'],
    ['a', 'a', 'b', 'b'],
    ['a', 'b', 'a', 'b'],
    ['', 'mine', 'theirs', 'theirs\nmine'],
    ['a\nb', 'a\nmine', 'a\ntheirs', 'a\ntheirs\nmine'],
  ])('%j: mine %j and theirs %j become %j', (base, mine, theirs, both) => {
    expect(merged(base, mine, theirs)).toBe(both);
  });
});
