import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { changeLanguage } from '../../i18n';
import type { AnyCommand, SessionSnapshot } from '../../protocol';
import { renderUi } from '../../ui/test_render';
import { ChatPanel } from './ChatPanel';
import { Classroom } from './classroom';
import { ClassroomContext } from './context';
import { aMessage, aPerson, aPoll, aSnapshot } from './fixtures';
import { PeoplePanel } from './PeoplePanel';
import { PollPanel } from './PollPanel';
import { StoreContext } from './store';
import { Toolbar } from './Toolbar';

function show(element: React.ReactElement, over: Partial<SessionSnapshot> = {}) {
  const classroom = new Classroom('s1');
  const sent: AnyCommand[] = [];
  vi.spyOn(classroom, 'command').mockImplementation((command) => {
    sent.push(command);
    return Promise.resolve(true);
  });
  classroom.store.setState({ session: aSnapshot(over), status: 'connected' });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>{element}</StoreContext>
    </ClassroomContext>,
  );
  return sent;
}

const poll = aPoll();

describe('people', () => {
  test('hands stand in the order in which they went up', () => {
    show(<PeoplePanel />, {
      hands: ['ben', 'ada'],
      participants: [
        aPerson('ada', { role: 'facilitator', hand_raised_at_ms: 9 }),
        aPerson('ben', { hand_raised_at_ms: 5 }),
      ],
    });
    const hands = within(screen.getByRole('list', { name: 'Hands, in order' }));
    expect(hands.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      expect.stringContaining('ben'),
      expect.stringContaining('ada (you)'),
    ]);
  });

  test('a facilitator lets people in; a learner does not know who waits', () => {
    const participants = [
      aPerson('ada', { role: 'facilitator' }),
      aPerson('ben'),
      aPerson('cleo', { presence: 'waiting' }),
    ];
    const sent = show(<PeoplePanel />, { participants });
    fireEvent.click(screen.getByRole('button', { name: 'Admit cleo' }));
    expect(sent).toEqual([{ type: 'admit', participant_id: 'cleo' }]);
    cleanup();
    show(<PeoplePanel />, { me: 'ben', participants });
    expect(screen.queryByText('cleo')).toBeNull();
  });
});

describe('chat', () => {
  test('a line is sent once and its field is empty again', () => {
    const sent = show(<ChatPanel />);
    const field = screen.getByPlaceholderText<HTMLInputElement>('Message everyone');
    fireEvent.change(field, { target: { value: '  Hello  ' } });
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    expect(sent).toEqual([{ type: 'send_chat', text: 'Hello' }]);
    expect(field.value).toBe('');
  });

  test('a deleted line keeps its place', () => {
    show(<ChatPanel />, {
      chat: [aMessage('m', { text: '', is_deleted: true })],
    });
    expect(screen.getByText('This message was deleted.')).toBeTruthy();
  });
});

describe('polls', () => {
  test('a vote goes out and can be changed while the poll is open', () => {
    const sent = show(<PollPanel />, {
      me: 'ben',
      polls: [{ ...poll, own_vote: 0, has_voted: true }],
    });
    fireEvent.click(screen.getByRole('button', { name: 'Caxton' }));
    expect(sent).toEqual([{ type: 'vote', poll_id: 'p1', option: 1 }]);
    expect(screen.getByText('Your vote is counted.')).toBeTruthy();
  });

  test('an anonymous vote is final', () => {
    show(<PollPanel />, { me: 'ben', polls: [{ ...poll, is_anonymous: true, has_voted: true }] });
    expect(screen.queryByRole('button', { name: 'Caxton' })).toBeNull();
    expect(screen.getByText('The result shows from five votes.')).toBeTruthy();
  });

  test('the right answer shows to learners only when it is revealed', () => {
    show(<PollPanel />, { me: 'ben', polls: [{ ...poll, state: 'closed', key: null }] });
    expect(screen.queryByRole('img', { name: 'Right answer' })).toBeNull();
    cleanup();
    show(<PollPanel />, {
      me: 'ben',
      polls: [{ ...poll, state: 'revealed', key: 0, tally: [3, 1] }],
    });
    expect(screen.getByRole('img', { name: 'Right answer' })).toBeTruthy();
    expect(screen.getByText('75%')).toBeTruthy();
  });
});

describe('toolbar', () => {
  test('a learner has no recording controls', () => {
    show(<Toolbar />, { me: 'ben' });
    expect(screen.getByRole('button', { name: 'Unmute microphone' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Start recording' })).toBeNull();
  });

  test('a facilitator pauses what runs', () => {
    const sent = show(<Toolbar />, {
      recording: { state: 'on', elapsed_ms: 0, since_ms: 0, recording_id: 'r' },
    });
    fireEvent.click(screen.getByRole('button', { name: 'Pause recording' }));
    expect(sent).toEqual([{ type: 'pause_recording' }]);
  });
});

describe('in the pseudo-locale', () => {
  afterEach(() => changeLanguage('en'));

  test.each([
    ['people', <PeoplePanel key="p" />],
    ['chat', <ChatPanel key="c" />],
    ['polls', <PollPanel key="o" />],
    ['toolbar', <Toolbar key="t" />],
  ])('%s has no text of its own', async (_name, element) => {
    await changeLanguage('qps');
    show(element, {
      title: '—',
      course_title: null,
      polls: [{ ...poll, question: '?', options: ['1', '2'] }],
    });
    const page = document.body.cloneNode(true) as HTMLElement;
    for (const style of page.querySelectorAll('style')) style.remove();
    const ours = /\[[^\]]*\]|[AB]?(ada|ben)|[AB]/g;
    const words = (page.textContent ?? '').replace(ours, ' ');
    expect(words.match(/[A-Za-z]{3,}/g)).toBeNull();
  });
});
