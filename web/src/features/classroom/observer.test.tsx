import { cleanup, fireEvent, screen } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, expect, test, vi } from 'vitest';

import type { AnyCommand, SessionSnapshot } from '../../protocol';
import { renderUi } from '../../ui/test_render';
import { ALL_ACTIONS } from './actions';
import { BallotCard } from './debate/BallotCard';
import { aDebate } from './debate/fixtures';
import { ChatPanel } from './ChatPanel';
import { Classroom } from './classroom';
import { ClassroomContext } from './context';
import { aMessage, aPerson, aPoll, aSnapshot, eventsAfter } from './fixtures';
import { galleryIds } from './gallery';
import { PeoplePanel } from './PeoplePanel';
import { PollPanel } from './PollPanel';
import { peopleHere, peopleInRoom, stagePerson } from './selectors';
import { applyEvents } from './state';
import { StoreContext } from './store';
import { WatchDoor } from './WatchDoor';

const ABE = aPerson('abe', { role: 'observer' });
const CLASS = [aPerson('ada', { role: 'facilitator' }), aPerson('ben'), ABE];

function show(element: React.ReactElement, over: Partial<SessionSnapshot> = {}) {
  const classroom = new Classroom('s1');
  const sent: AnyCommand[] = [];
  vi.spyOn(classroom, 'command').mockImplementation((command) => {
    sent.push(command);
    return Promise.resolve(true);
  });
  const session = aSnapshot({ participants: CLASS, ...over });
  classroom.store.setState({ session, status: 'connected' });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>{element}</StoreContext>
    </ClassroomContext>,
  );
  return { sent, classroom };
}

afterEach(cleanup);

test('OB7 everybody sees who observes, last in the list and on nobody’s stage', async () => {
  const session = aSnapshot({ participants: CLASS, me: 'ben' });
  expect(peopleHere(session).map((one) => one.name)).toEqual(['ada', 'ben', 'abe']);
  expect(galleryIds(peopleInRoom(session), 'ben', null)).toEqual(['ben', 'ada']);
  expect(stagePerson(session, 'abe', ['abe'])).toBe('ada');
  show(<PeoplePanel />, { me: 'ben' });
  expect(screen.getByText('Observer, watches only')).toBeTruthy();
  expect(screen.getAllByRole('img', { name: 'Microphone off' })).toHaveLength(2);
  expect(screen.queryByRole('button', { name: 'What to do with abe' })).toBeNull();
  const found = await axe.run(document.body, { runOnly: ['wcag2a', 'wcag2aa'] });
  expect(found.violations).toEqual([]);
});

test('OB8 a facilitator changes what somebody is from the list', async () => {
  const { classroom } = show(<PeoplePanel />);
  const setRole = vi.spyOn(classroom, 'setRole').mockResolvedValue();
  fireEvent.click(screen.getByRole('button', { name: 'What to do with abe' }));
  const items = (await screen.findAllByRole('menuitem')).map((one) => one.textContent);
  expect(items).toEqual([
    'Make facilitator of this session',
    'Make learner of this session',
    'Send to the lobby',
    'Ban from this session',
  ]);
  fireEvent.click(screen.getByRole('menuitem', { name: 'Make learner of this session' }));
  expect(setRole).toHaveBeenCalledWith(ABE, 'learner');
});

test('OB1 an observer is offered nothing that reaches others', () => {
  const { classroom } = show(<ChatPanel />, { me: 'abe', chat: [aMessage('hello')] });
  const offered = ALL_ACTIONS.filter((one) => one.isAvailable(classroom.store.getState()));
  const names = offered.map((one) => one.name);
  for (const name of ['microphone', 'camera', 'share', 'hand', 'lost', 'react-clap']) {
    expect(names).not.toContain(name);
  }
  expect(names).toEqual(expect.arrayContaining(['captions', 'moment', 'people', 'leave']));
  expect(screen.getByText('hello')).toBeTruthy();
  expect(screen.queryByRole('combobox')).toBeNull();
  expect(screen.queryByRole('button', { name: /React|Reply/ })).toBeNull();
  expect(screen.getByTestId('chat-policy').textContent).toContain('here to watch');
});

test('OB6 polls and ballots count without observers, and offer them nothing', () => {
  show(<PollPanel />, { me: 'abe', polls: [aPoll()] });
  expect(screen.getByText('0 of 2 have answered.')).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Gutenberg/ })).toBeNull();
  expect(screen.getByText('You are here to watch; the class votes.')).toBeTruthy();
  cleanup();
  const debate = aDebate({ ballot: 'before', stage: 'planned' });
  show(<BallotCard debate={debate} />, { me: 'abe', debates: [debate] });
  expect(screen.getByTestId('turnout').textContent).toContain('2');
  expect(screen.queryByRole('radio')).toBeNull();
});

test('OB6 an observer is never on record and keeps no clock running', () => {
  const people = [aPerson('ben', { consent: 'given', is_on_record: true }), ABE];
  const recording = { state: 'on', elapsed_ms: 0, since_ms: 0, recording_id: 'r' } as const;
  const snapshot = aSnapshot({ participants: people, me: 'abe', recording });
  const event = eventsAfter(snapshot);
  const changed = event('participant_changed', {
    participant_id: 'ben',
    name: 'ben',
    role: 'observer',
  });
  const after = applyEvents(snapshot, [changed]);
  expect(after.participants[0]).toMatchObject({ role: 'observer', is_on_record: false });
  expect(after.recording).toMatchObject({ since_ms: null, elapsed_ms: 61_000 });
});

test('OB9 the door of an observer asks for no device', () => {
  const onJoin = vi.fn();
  const lobby = {
    title: 'Printing', name: 'Abe', facilitators: ['Ada'], startsAt: null, state: 'live' as const,
    records: true, watches: true, startsSession: false,
  };
  show(<WatchDoor lobby={lobby} onJoin={onJoin} />);
  fireEvent.click(screen.getByRole('button', { name: 'Watch the class' }));
  expect(onJoin).toHaveBeenCalledWith({
    microphone: false, camera: false, consent: null, startsSession: false,
  });
});
