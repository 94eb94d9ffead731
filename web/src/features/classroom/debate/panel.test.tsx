import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { changeLanguage } from '../../../i18n';
import type { AnyCommand, DebateView, SessionSnapshot } from '../../../protocol';
import { renderUi } from '../../../ui/test_render';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aPerson, aSnapshot } from '../fixtures';
import { StoreContext } from '../store';
import { Toolbar } from '../Toolbar';
import { Board } from './Board';
import { DebatePanel } from './DebatePanel';
import { aDebate, aForm } from './fixtures';

interface Setting {
  me?: string;
  now?: number;
  element?: React.ReactElement;
  over?: Partial<SessionSnapshot>;
}

function show(debates: DebateView[], { me = 'ada', now = 60_000, element, over }: Setting = {}) {
  const classroom = new Classroom('s1');
  const sent: AnyCommand[] = [];
  vi.spyOn(classroom, 'command').mockImplementation((command) => {
    sent.push(command);
    return Promise.resolve(true);
  });
  const session = aSnapshot({
    me,
    participants: [
      aPerson('ada', { role: 'facilitator' }),
      ...['ben', 'cleo', 'dan'].map((id) => aPerson(id)),
    ],
    debates,
    ...over,
  });
  const clock = { nowMs: now, utcMs: 0, atMs: performance.now() };
  classroom.store.setState({ session, status: 'connected', clock });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>{element ?? <DebatePanel />}</StoreContext>
    </ClassroomContext>,
  );
  return sent;
}

const running = { stage: 'running', index: 0, since_ms: 10_000 } as const;
/** By its name; a search by role goes through every rule of style, which is slow. */
const button = (name: string): HTMLElement => {
  const found = [...document.querySelectorAll<HTMLElement>('button')].find(
    (one) => (one.getAttribute('aria-label') ?? one.textContent) === name,
  );
  if (!found) throw new Error(`No button “${name}”`);
  return found;
};

describe('before', () => {
  test('nothing yet: who leads may plan, the others are told', () => {
    show([]);
    expect(button('Plan a debate')).toBeTruthy();
    cleanup();
    show([], { me: 'ben' });
    expect(screen.queryByRole('button', { name: 'Plan a debate' })).toBeNull();
    expect(screen.getByText('No debate yet')).toBeTruthy();
  });

  test('it begins when each side has somebody', () => {
    show([aDebate({ seats: { 'pro:1': 'ben' } })]);
    expect(button('Begin preparation').hasAttribute('disabled')).toBe(true);
  });

  test('seats are given by list and by draw', () => {
    const sent = show([aDebate({ seats: { 'pro:1': 'ben' } })]);
    fireEvent.change(screen.getByLabelText('Con, First speaker'), { target: { value: 'cleo' } });
    fireEvent.click(button('Least heard first'));
    fireEvent.change(screen.getByLabelText('Pro, First speaker'), { target: { value: '' } });
    expect(sent).toEqual([
      { type: 'assign_seat', debate_id: 'd1', seat: 'con:1', participant_id: 'cleo' },
      { type: 'draw_seats', debate_id: 'd1', by: 'least_heard' },
      { type: 'assign_seat', debate_id: 'd1', seat: 'pro:1', participant_id: null },
    ]);
  });

  test('a chip is dropped on a seat; a taken one changes places', async () => {
    const sent = show([aDebate({ seats: { 'pro:1': 'ben', 'con:1': 'cleo' } })]);
    const data = new Map<string, string>();
    const dataTransfer = {
      setData: (key: string, value: string) => data.set(key, value),
      getData: (key: string) => data.get(key) ?? '',
      types: ['application/x-reprise-person'],
    };
    const seat = (key: string) => document.querySelector(`[data-seat="${key}"]`) as HTMLElement;
    fireEvent.dragStart(seat('pro:1'), { dataTransfer });
    fireEvent.drop(seat('con:1'), { dataTransfer });
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    expect(sent.map((one) => 'seat' in one && [one.seat, one.participant_id])).toEqual([
      ['con:1', 'ben'],
      ['pro:1', 'cleo'],
    ]);
  });

  test('a learner sees the sides and cannot change them', () => {
    show([aDebate()], { me: 'ben' });
    expect(screen.queryByLabelText('Con, First speaker')).toBeNull();
    expect(screen.getAllByText('ben (you)').length).toBeGreaterThan(0);
  });
});

describe('under way', () => {
  test('the chair pauses, extends, ends; the clock counts down', () => {
    const sent = show([aDebate(running)], { now: 60_000 });
    expect(screen.getByTestId('debate-time').textContent).toBe('1:10');
    for (const name of ['Pause', '30 seconds more', 'End this speech']) fireEvent.click(button(name));
    expect(sent).toEqual([
      { type: 'pause_clock', debate_id: 'd1' },
      { type: 'extend_clock', debate_id: 'd1', seconds: 30 },
      { type: 'next_speech', debate_id: 'd1' },
    ]);
  });

  test('the stretch is told in words, not by its tone alone', () => {
    show([aDebate(running)], { now: 120_000, me: 'dan' });
    expect(screen.getByText('Coming to the end')).toBeTruthy();
    cleanup();
    show([aDebate(running)], { now: 135_000, me: 'dan' });
    expect(screen.getByText('Overtime, 10 s grace')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull();
  });

  test('a point is offered only in its window', () => {
    const sent = show([aDebate(running)], { me: 'cleo', now: 20_000 });
    const offer = button('Offer a point of information');
    expect(offer.hasAttribute('disabled')).toBe(true);
    cleanup();
    const later = show([aDebate(running)], { me: 'cleo', now: 50_000 });
    fireEvent.click(button('Offer a point of information'));
    expect([sent, later]).toEqual([[], [{ type: 'offer_point', debate_id: 'd1' }]]);
  });

  test('the speaker accepts one; who chairs may only decline', () => {
    const offered = aDebate({ ...running, points: ['cleo'] });
    const sent = show([offered], { me: 'ben', now: 50_000 });
    fireEvent.click(button('Accept the point of cleo'));
    expect(sent).toEqual([
      { type: 'answer_point', debate_id: 'd1', participant_id: 'cleo', is_accepted: true },
    ]);
    cleanup();
    show([offered], { now: 50_000 });
    expect(screen.queryByRole('button', { name: 'Accept the point of cleo' })).toBeNull();
    expect(button('Decline the point of cleo')).toBeTruthy();
  });

  test('free debate: asking, the queue and the balanced bars', () => {
    const free = aDebate({
      ...running,
      index: 3,
      turn: 'ben',
      turn_since_ms: 50_000,
      turn_used: { pro: 20_000 },
      turn_asks: ['cleo'],
    });
    const sent = show([free], { me: 'cleo', now: 60_000 });
    const bar = screen.getByRole('meter', { name: 'Time used by Pro' });
    expect(bar.getAttribute('aria-valuenow')).toBe('30');
    fireEvent.click(button('Do not ask any more'));
    expect(sent).toEqual([{ type: 'yield_turn', debate_id: 'd1' }]);
  });

  test('cross-examination shows both microphones and who asks', () => {
    show([aDebate({ ...running, index: 2 })], { me: 'dan', now: 20_000 });
    const floor = within(screen.getByTestId('debate-floor'));
    expect(floor.getByText('2 microphones open')).toBeTruthy();
    expect(floor.getByText('asks')).toBeTruthy();
  });

  test('a lost speaker: all are told, the chair chooses', () => {
    const lost = aDebate({
      stage: 'running',
      index: 0,
      used_ms: 20_000,
      halt: 'speaker_lost',
      hold_until_ms: 80_000,
    });
    const sent = show([lost]);
    expect(screen.getByTestId('debate-lost').textContent).toContain('The floor is held for 20 s.');
    fireEvent.click(button('Wait 30 s'));
    expect(sent).toEqual([{ type: 'wait_for_speaker', debate_id: 'd1' }]);
    cleanup();
    show([lost], { me: 'dan' });
    expect(screen.queryByRole('button', { name: 'Wait 30 s' })).toBeNull();
  });

  test('an open microphone that is not heard says why', () => {
    show([aDebate(running)], {
      me: 'cleo',
      element: <Toolbar />,
      over: { participants: [aPerson('cleo', { tracks: { microphone: true } })] },
    });
    expect(screen.getByText('Your microphone opens with your speech')).toBeTruthy();
  });

  test('a side writes notes that are its own', () => {
    const sent = show([aDebate(running)], { me: 'ben' });
    fireEvent.change(screen.getByLabelText('Write a note'), { target: { value: ' Ghent ' } });
    fireEvent.click(button('Add'));
    expect(sent).toEqual([{ type: 'write_note', debate_id: 'd1', text: 'Ghent' }]);
    expect(screen.getByText('Only Pro sees these.')).toBeTruthy();
  });

  test('the board shows every room with its clock', () => {
    show([aDebate(running), aDebate({ debate_id: 'd2', room_id: 'r2', stage: 'planned' })], {
      element: <Board isOpen onClose={() => undefined} onChoose={() => undefined} />,
    });
    expect(screen.getAllByRole('listitem')).toHaveLength(2);
    expect(screen.getByText('1:10')).toBeTruthy();
  });
});

describe('judging', () => {
  test('a ballot is cast once; only the turnout shows', () => {
    const open = aDebate({ ballot: 'before', voted: { before: 2 } });
    const sent = show([open], { me: 'dan' });
    fireEvent.click(screen.getByRole('radio', { name: 'Undecided' }));
    fireEvent.click(button('Cast ballot'));
    expect(sent).toEqual([
      { type: 'cast_ballot', debate_id: 'd1', round: 'before', choice: 'undecided' },
    ]);
    expect(screen.getByTestId('turnout').textContent).toBe('2 of 4 have voted');
    cleanup();
    show([{ ...open, own_ballots: ['before'] }], { me: 'dan' });
    expect(screen.getByText('Your ballot is in the box.')).toBeTruthy();
  });

  test('a sheet is checked before it goes out', () => {
    const judged = aDebate({ stage: 'ended', index: 4, adjudicators: ['dan'] });
    const sent = show([judged], { me: 'dan' });
    fireEvent.click(button('Hand in'));
    expect(sent).toEqual([]);
    expect(screen.getAllByText('Points are missing.')).toHaveLength(3);
    expect(screen.getByRole('alert')).toBeTruthy();
  });

  test('nothing of the result before it is revealed; then shift, matrix and points', () => {
    const over = aDebate({ stage: 'ended', index: 4, ballots_closed: ['before', 'after'] });
    const sent = show([over]);
    fireEvent.click(button('Reveal the result'));
    expect(sent).toEqual([{ type: 'reveal_debate', debate_id: 'd1' }]);
    cleanup();
    const result = {
      ballot: {
        before: { for: 6, against: 10, undecided: 4 },
        after: { for: 9, against: 11, undecided: 0 },
        matrix: [
          [6, 0, 0],
          [0, 10, 0],
          [3, 1, 0],
        ],
        turnout: { before: 22, after: 21, both: 20 },
        shift: { for: 15, against: 5, undecided: -20 },
        winner: 'for',
      },
      sides: [{ side: 'pro', total: 75.5, place: 1, ballots: 1 }],
      speakers: [{ seat: 'pro:1', participant_id: 'ben', points: 75.5, place: 1 }],
      sheets: [{ adjudicator_id: 'dan', points: {}, ranks: {} }],
      winner: 'pro',
    };
    show([{ ...over, result }], { me: 'cleo' });
    expect(screen.getByText('For wins')).toBeTruthy();
    expect(screen.getByText('+15 points: the larger gain.')).toBeTruthy();
    const matrix = within(screen.getByRole('table', { name: 'Who changed their mind' }));
    expect(matrix.getAllByRole('cell').map((cell) => cell.textContent)).toEqual(
      result.ballot.matrix.flat().map(String),
    );
    expect(screen.getByRole('table', { name: 'Speaker points' })).toBeTruthy();
  });
});

describe('in the pseudo-locale', () => {
  afterEach(() => changeLanguage('en'));

  test.each([
    ['planned', aDebate()],
    ['running', aDebate({ ...running, points: ['cleo'] })],
    ['free', aDebate({ ...running, index: 3 }, aForm({ pool_s: 60 }))],
    ['judging', aDebate({ stage: 'running', index: 4, ballot: 'after' })],
  ])('%s has no text of its own', async (_name, debate) => {
    await changeLanguage('qps');
    show([debate]);
    const page = document.body.cloneNode(true) as HTMLElement;
    for (const style of page.querySelectorAll('style')) style.remove();
    const data =
      /\[[^\]]*\]|ada|ben|cleo|dan|Pro|Con|First speaker|Second speaker|Opening|Openings|Cross|Free|Small|This house would close city centres to cars|[ABCD](?=\W|$)/g;
    const words = (page.textContent ?? '').replace(data, ' ');
    expect(words.match(/[A-Za-z]{3,}/g)).toBeNull();
  });
});
