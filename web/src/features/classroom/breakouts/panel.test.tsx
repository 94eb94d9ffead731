import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { AnyCommand, BreakoutsView, SessionSnapshot } from '../../../protocol';
import { http } from '../../../transport/http';
import { renderUi } from '../../../ui/test_render';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aPerson, aSnapshot } from '../fixtures';
import { StoreContext } from '../store';
import { RoomBanner } from './RoomBanner';
import { RoomsPanel } from './RoomsPanel';

function breakouts(over: Partial<BreakoutsView> = {}): BreakoutsView {
  const room = { task: '', notes: '', notes_version: 0, notes_by: null };
  return {
    breakout_id: 'b',
    state: 'open',
    rooms: [
      { ...room, room_id: 'b.1', name: 'Red', task: 'Read page 3', participant_ids: ['ben'] },
      { ...room, room_id: 'b.2', name: 'Blue', participant_ids: [] },
    ],
    duration_ms: 600_000,
    late: 'smallest',
    may_return: true,
    may_choose: false,
    room_size: null,
    opened_at_ms: 0,
    ends_at_ms: null,
    closes_at_ms: null,
    help: [],
    voice_by: null,
    broadcasts: [],
    ...over,
  };
}

function show(element: React.ReactElement, over: Partial<SessionSnapshot> = {}) {
  const classroom = new Classroom('s1');
  const sent: AnyCommand[] = [];
  vi.spyOn(classroom, 'command').mockImplementation((command) => {
    sent.push(command);
    return Promise.resolve(true);
  });
  const clock = { nowMs: 60_000, utcMs: 0, atMs: performance.now() };
  classroom.store.setState({ session: aSnapshot(over), status: 'connected', clock });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>{element}</StoreContext>
    </ClassroomContext>,
  );
  return sent;
}

vi.setConfig({ testTimeout: 30_000 });

beforeEach(() => {
  vi.spyOn(http, 'get').mockResolvedValue([]);
});
afterEach(cleanup);

const inRed = [aPerson('ada', { role: 'facilitator' }), aPerson('ben', { room_id: 'b.1' })];

describe('facilitator', () => {
  test('plans rooms, and opens them', () => {
    const sent = show(<RoomsPanel />, { breakouts: breakouts({ state: 'draft' }) });
    expect(screen.getByText('Read page 3')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'ben: move to a room' })).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Open rooms' }));
    expect(sent).toEqual([{ type: 'open_breakouts', duration_ms: 600_000 }]);
  });

  test('drops somebody on a room', () => {
    const sent = show(<RoomsPanel />, { breakouts: breakouts({ state: 'draft' }) });
    const dataTransfer = { types: ['application/x-reprise-participant'], getData: () => 'ben' };
    const blue = screen.getByRole('region', { name: 'Blue' });
    fireEvent.dragOver(blue, { dataTransfer });
    fireEvent.drop(blue, { dataTransfer });
    expect(sent).toEqual([{ type: 'move_participant', participant_id: 'ben', room_id: 'b.2' }]);
  });

  test('sees calls in order and visits', () => {
    const call = { participant_id: 'ben', called_at_ms: 1 };
    const sent = show(<RoomsPanel />, {
      participants: inRed,
      breakouts: breakouts({
        help: [
          { ...call, room_id: 'b.2', place: 2 },
          { ...call, room_id: 'b.1', place: 1 },
        ],
      }),
    });
    const calls = within(screen.getByRole('list', { name: 'Calls for help, in order' }));
    expect(calls.getAllByRole('listitem').map((item) => item.textContent?.slice(0, 3))).toEqual([
      'Red',
      'Blu',
    ]);
    const [first] = calls.getAllByRole('button', { name: 'Visit' });
    if (first) fireEvent.click(first);
    expect(sent).toEqual([{ type: 'visit_room', room_id: 'b.1' }]);
  });
});

describe('learner', () => {
  const me = { me: 'ben', room_id: 'b.1', participants: inRed };

  test('is told the room, its task and the time, and calls for help', () => {
    const sent = show(<RoomBanner />, {
      ...me,
      breakouts: breakouts({ ends_at_ms: 100_000 }),
    });
    expect(screen.getByText('You are in Red')).toBeTruthy();
    expect(screen.getByText('Task: Read page 3')).toBeTruthy();
    expect(screen.getByRole('timer').textContent).toContain('Last minute');
    fireEvent.click(screen.getByRole('button', { name: 'Call for help' }));
    expect(sent).toEqual([{ type: 'call_for_help' }]);
  });

  test('may go back only where that is allowed', () => {
    show(<RoomBanner />, { ...me, breakouts: breakouts({ may_return: false }) });
    expect(screen.queryByRole('button', { name: 'Back to the main room' })).toBeNull();
  });

  test('chooses a room that has a place', () => {
    const sent = show(<RoomsPanel />, {
      ...me,
      breakouts: breakouts({ may_choose: true, room_size: 2 }),
    });
    fireEvent.click(screen.getByRole('button', { name: 'Go there: Blue' }));
    expect(sent).toEqual([{ type: 'choose_room', room_id: 'b.2' }]);
  });

  test('reads the notes that came back', () => {
    show(<RoomsPanel />, {
      me: 'ben',
      returned_notes: [{ room_id: 'b.1', name: 'Red', task: '', text: 'We found it', at_ms: 1 }],
    });
    expect(screen.getByText('We found it')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Whiteboard of Red' })).toBeTruthy();
  });
});

describe('planning', () => {
  const people = [
    aPerson('ada', { role: 'facilitator' }),
    aPerson('ben'),
    aPerson('cleo'),
  ];

  test('BR2 groups are named and dealt', async () => {
    const sent = show(<RoomsPanel />, {
      me: 'ada',
      participants: people,
      breakouts: breakouts({ state: 'draft' }),
    });
    fireEvent.click(screen.getByRole('button', { name: 'Deal people' }));
    fireEvent.click(await screen.findByText('Spread groups over the rooms…'));
    const ben = await screen.findByLabelText<HTMLInputElement>('Group of ben');
    expect(ben.value).toBe('Red');
    fireEvent.change(ben, { target: { value: ' French ' } });
    fireEvent.change(screen.getByLabelText('Group of cleo'), { target: { value: 'French' } });
    fireEvent.click(screen.getByRole('button', { name: 'Deal by group' }));
    expect(sent.at(-1)).toEqual({
      type: 'assign_breakouts',
      how: 'groups',
      groups: { ben: 'French', cleo: 'French' },
    });
  });

  test('BR8 a room has as many places as the facilitator says', () => {
    const sent = show(<RoomsPanel />, {
      me: 'ada',
      participants: people,
      breakouts: breakouts({ state: 'draft' }),
    });
    const places = screen.getByLabelText('Places in a room');
    fireEvent.change(places, { target: { value: '4' } });
    fireEvent.blur(places);
    expect(sent.at(-1)).toMatchObject({ type: 'draft_breakouts', room_size: 4 });
    fireEvent.change(places, { target: { value: '' } });
    fireEvent.blur(places);
    expect(sent).toHaveLength(1); // as the server still has none
  });
});
