/** A class of two hundred: how little of it exists, and how little draws again. */
import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import axe from 'axe-core';
import { Profiler } from 'react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { ParticipantView, PollView, SessionSnapshot } from '../../protocol';
import { renderUi } from '../../ui/test_render';
import { ACTIONS } from './actions';
import { Compose } from './chat/Compose';
import { Classroom } from './classroom';
import { ClassroomContext } from './context';
import { aPerson, aPoll, aSnapshot, eventsAfter } from './fixtures';
import { Gallery } from './Gallery';
import { PeoplePanel } from './PeoplePanel';
import { PollPanel } from './PollPanel';
import { applyEvents } from './state';
import { type PageState, StoreContext } from './store';

// Every tile draws one, so this counts how often tiles draw.
const drawn: string[] = [];
vi.mock('./debate/SideBadge', () => ({
  SideBadge: ({ participantId }: { participantId: string }) => {
    drawn.push(participantId);
    return null;
  },
}));

const size = vi.hoisted(() => ({ isPhone: false }));
vi.mock('./phone', () => ({ isPhone: () => size.isPhone }));

const PEOPLE = 200;
const HOST = aPerson('ada', { role: 'facilitator', name: 'Ada' });
const learner = (number: number, over: Partial<ParticipantView> = {}) =>
  aPerson(`p${number}`, { name: `Learner ${String(number).padStart(3, '0')}`, ...over });
const CLASS = [HOST, ...Array.from({ length: PEOPLE - 1 }, (_, index) => learner(index + 1))];
// Somebody is held on the stage, so that it does not move with what happens.
const snapshot = aSnapshot({ participants: CLASS, spotlight: 'p199' });

function show(element: React.ReactElement, over: Partial<SessionSnapshot> = {}) {
  const classroom = new Classroom('s1');
  const watch = vi.spyOn(classroom.incoming, 'watch');
  classroom.store.setState({ session: { ...snapshot, ...over }, status: 'connected' });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>{element}</StoreContext>
    </ClassroomContext>,
  );
  const set = (page: Partial<PageState>) => act(() => classroom.store.setState(page));
  return { classroom, watch, set };
}

const tiles = (): string[] =>
  [...document.querySelectorAll('[data-participant]')].map(
    (one) => one.getAttribute('data-participant') ?? '',
  );

const wanted = (watch: ReturnType<typeof show>['watch']): string[] => watch.mock.lastCall?.[0] ?? [];

beforeEach(() => {
  drawn.length = 0;
  size.isPhone = false;
});
afterEach(cleanup);
// Two hundred people take a busy machine a while.
vi.setConfig({ testTimeout: 30_000 });

/** How often it draws for what happens after it was shown. */
function drawingsOf(element: React.ReactElement, over: Partial<SessionSnapshot> = {}) {
  let count = 0;
  const from = { ...snapshot, ...over };
  const { set } = show(
    <Profiler id="counted" onRender={() => (count += 1)}>
      {element}
    </Profiler>,
    over,
  );
  const event = eventsAfter(from);
  return (...happened: Parameters<typeof event>[]) => {
    count = 0;
    set({ session: applyEvents(from, happened.map((one) => event(...one))) });
    return count;
  };
}

describe('what is written', () => {
  test('the line for it is drawn again for whom it can go to, and for what closes it', () => {
    const draws = drawingsOf(
      <Compose replyTo={null} editing={null} onDone={vi.fn()} onSent={vi.fn()} />,
      { me: 'p1' },
    );
    const switched = { participant_id: 'p5', track: 'camera', is_on: true, by: 'p5' };
    expect(
      draws(
        ['hand_raised', { participant_id: 'p3' }],
        ['track_changed', switched],
      ),
    ).toBe(0);
    expect(draws(['participant_left', { participant_id: 'p4' }])).toBeGreaterThan(0);
    expect(draws()).toBeGreaterThan(0); // p4 is there again
    const lock = { lock: 'chat', is_on: true, by: 'ada' };
    expect(draws(['lock_changed', lock])).toBeGreaterThan(0);
  });
});

describe('the polls', () => {
  const poll: PollView = aPoll({ state: 'closed' });

  test('are not drawn again when people come, go and raise hands', () => {
    const draws = drawingsOf(<PollPanel />, { polls: [poll] });
    expect(
      draws(
        ['hand_raised', { participant_id: 'p3' }],
        ['participant_left', { participant_id: 'p4' }],
        ['track_changed', { participant_id: 'p5', track: 'camera', is_on: true, by: 'p5' }],
      ),
    ).toBe(0);
    expect(draws(['poll_deleted', { poll_id: poll.poll_id }])).toBeGreaterThan(0);
  });

  test('that still ask are drawn again for the number of people alone', () => {
    const draws = drawingsOf(<PollPanel />, { polls: [{ ...poll, state: 'open' }] });
    expect(draws(['hand_raised', { participant_id: 'p3' }])).toBe(0);
    expect(draws(['participant_left', { participant_id: 'p4' }])).toBeGreaterThan(0);
  });
});

describe('the gallery', () => {
  test('only a page of it exists, and only its pictures are asked for', () => {
    const { watch, classroom, set } = show(<Gallery stageHeight={600} />);
    for (const turn of [0, 1, 18]) {
      act(() => classroom.turnGallery(turn));
      expect(tiles().length).toBeLessThanOrEqual(10);
      expect(wanted(watch)).toEqual(tiles().filter((id) => id !== 'ada'));
    }
    set({ layout: 'gallery' });
    for (const turn of [0, -1, -18]) {
      act(() => classroom.turnGallery(turn));
      expect(wanted(watch)).toEqual(tiles().filter((id) => id !== 'ada'));
      expect(wanted(watch).length).toBeLessThanOrEqual(classroom.incoming.galleryCount);
    }
  });

  test('a phone has all of one size two beside each other, a page to scroll', () => {
    size.isPhone = true;
    const { watch, classroom, set } = show(<Gallery stageHeight={300} />);
    expect(screen.getByRole('list').hasAttribute('tabindex')).toBe(false);
    set({ layout: 'gallery' });
    const list = screen.getByRole('list');
    expect(list.style.getPropertyValue('--columns')).toBe('2');
    expect(list.tabIndex).toBe(0);
    expect(tiles()).toHaveLength(classroom.incoming.galleryCount + 1);
    expect(wanted(watch)).toEqual(tiles().filter((id) => id !== 'ada'));
  });

  test('what happens to one person draws that tile alone', () => {
    const { set } = show(<Gallery stageHeight={600} />);
    const event = eventsAfter(snapshot);
    const happens = (...events: ReturnType<typeof event>[]) => {
      drawn.length = 0;
      set({ session: applyEvents(snapshot, events) });
      return [...new Set(drawn)];
    };
    const of = (id: string) => ({ participant_id: id, track: 'microphone', is_on: true, by: id });
    expect(tiles()).toContain('p3');
    expect(happens(event('track_changed', of('p3')))).toEqual(['p3']);
    // Off this page nothing is drawn at all; p3 goes back to what the snapshot says.
    expect(happens(event('hand_raised', { participant_id: 'p150' }))).toEqual(['p3']);
    expect(happens(event('participant_left', { participant_id: 'p150' }))).toEqual([]);
    drawn.length = 0;
    set({ speakers: ['p2'] });
    expect([...new Set(drawn)]).toEqual(['p2']);
  });

  test('it says which of how many people are shown', async () => {
    show(<Gallery stageHeight={600} />);
    const list = screen.getByRole('list', { name: 'People 1 to 10 of 199' });
    const items = within(list).getAllByRole('listitem');
    expect(items.map((one) => one.getAttribute('aria-posinset'))).toEqual(
      Array.from({ length: 10 }, (_, index) => String(index + 1)),
    );
    expect(items[0]?.getAttribute('aria-setsize')).toBe('199');
    const { violations } = await axe.run(document.body, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
      rules: { 'color-contrast': { enabled: false } },
    });
    expect(violations).toEqual([]);
  });

  test('pages turn by arrows, keys, a swipe and from the palette', () => {
    const { classroom } = show(<Gallery stageHeight={600} />);
    const page = () => classroom.store.getState().galleryPage;
    const section = screen.getByRole('region', { name: 'Gallery' });
    fireEvent.click(screen.getByRole('button', { name: /^Next people/ }));
    expect(page()).toBe(1);
    expect(classroom.store.getState().announcement.text).toBe('Page 2 of 20');
    fireEvent.keyDown(section, { key: 'End' });
    expect(page()).toBe(19);
    fireEvent.click(screen.getByRole('button', { name: /^Next people/ }));
    fireEvent.keyDown(section, { key: 'PageDown' });
    expect(page()).toBe(19);
    fireEvent.keyDown(section, { key: 'Home' });
    expect(page()).toBe(0);
    const touch = (from: number, to: number, down = 0) => {
      const finger = { pointerType: 'touch', clientY: 100 };
      fireEvent.pointerDown(section, { ...finger, clientX: from });
      fireEvent.pointerUp(section, { ...finger, clientX: to, clientY: 100 + down });
    };
    touch(300, 100);
    expect(page()).toBe(1);
    touch(100, 300);
    touch(100, 110);
    touch(300, 200, 300);
    expect(page()).toBe(0);
    act(() => ACTIONS.galleryNext.perform(classroom));
    act(() => ACTIONS.galleryNext.perform(classroom));
    act(() => ACTIONS.galleryPrevious.perform(classroom));
    expect(page()).toBe(1);
  });

  test('whoever speaks on another page is one press away', () => {
    const talking = CLASS.map((one) =>
      one.participant_id === 'p150' ? { ...one, tracks: { microphone: true } } : one,
    );
    const { classroom, set } = show(<Gallery stageHeight={600} />, { participants: talking });
    set({ layout: 'gallery', speakers: ['p150'] });
    fireEvent.click(screen.getByRole('button', { name: 'Learner 150 is speaking' }));
    expect(tiles()).toContain('p150');
    expect(screen.queryByRole('button', { name: 'Learner 150 is speaking' })).toBeNull();
    act(() => classroom.turnGallery(-3));
    act(() => ACTIONS.gallerySpeaker.perform(classroom));
    expect(tiles()).toContain('p150');
  });
});

describe('the list of people', () => {
  const names = () => [...document.querySelectorAll('[data-person]')].map((one) => one.textContent);

  test('of a long one only some rows exist, and each knows its place', () => {
    show(<PeoplePanel />);
    expect(names().length).toBeLessThanOrEqual(40);
    const list = screen.getByRole('list', { name: 'In class' });
    const last = within(list).getAllByRole('listitem').at(-1);
    expect(last?.getAttribute('aria-setsize')).toBe('200');
    expect(list.style.height).toBe('9600px');
  });

  test('somebody is found by name, without case or accents, and by what they do', () => {
    const participants = [
      ...CLASS,
      aPerson('t', { name: 'Tomás Rivera', hand_raised_at_ms: 5 }),
      aPerson('m', { name: 'Mina Okafor', tracks: { microphone: true } }),
    ];
    show(<PeoplePanel />, { participants, hands: ['t'] });
    const search = screen.getByRole('searchbox', { name: 'Find somebody' });
    fireEvent.change(search, { target: { value: 'riv tomas' } });
    expect(names()).toEqual([expect.stringContaining('Tomás Rivera')]);
    expect(screen.getByText('1 of 202')).toBeTruthy();
    fireEvent.change(search, { target: { value: 'nobody' } });
    expect(names()).toEqual([]);
    expect(screen.getByText('0 of 202')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Clear the search' }));
    const filter = screen.getByRole('combobox', { name: 'Whom to show' });
    fireEvent.change(filter, { target: { value: 'microphone' } });
    expect(names()).toEqual([expect.stringContaining('Mina Okafor')]);
    fireEvent.change(filter, { target: { value: 'hand' } });
    expect(names()).toEqual([expect.stringContaining('Tomás Rivera')]);
  });

  test('a queue of fifty hands shows its beginning', () => {
    const hands = Array.from({ length: 50 }, (_, index) => `p${index + 1}`);
    show(<PeoplePanel />, { hands });
    const queue = screen.getByRole('list', { name: 'Hands, in order' });
    expect(within(queue).getAllByRole('listitem')).toHaveLength(20);
    fireEvent.click(screen.getByRole('button', { name: '30 more' }));
    expect(within(queue).getAllByRole('listitem')).toHaveLength(50);
  });
});
