import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { changeLanguage } from '../../../i18n';
import type { AnyCommand, PollView, SessionSnapshot } from '../../../protocol';
import { renderUi } from '../../../ui/test_render';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aPoll, aSnapshot } from '../fixtures';
import { PollPanel } from '../PollPanel';
import { StoreContext } from '../store';

// Forms of many fields, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

function show(over: Partial<SessionSnapshot> = {}) {
  const classroom = new Classroom('s1');
  const sent: AnyCommand[] = [];
  vi.spyOn(classroom, 'command').mockImplementation((command) => {
    sent.push(command);
    return Promise.resolve(true);
  });
  classroom.store.setState({ session: aSnapshot(over), status: 'connected' });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>
        <PollPanel />
      </StoreContext>
    </ClassroomContext>,
  );
  return sent;
}

const asLearner = (poll: Partial<PollView>) => show({ me: 'ben', polls: [aPoll(poll)] });
/** By its label or text: asking for roles in a form of many fields is slow. */
const press = (name: string) =>
  fireEvent.click(
    screen.queryByLabelText(name, { selector: 'button' }) ??
      screen.getByText(name, { selector: 'button, button *' }),
  );

describe('answering', () => {
  test('several choices', () => {
    const sent = asLearner({ kind: 'multiple' });
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Send answer' }).disabled).toBe(
      true,
    );
    fireEvent.click(screen.getByRole('checkbox', { name: 'Caxton' }));
    fireEvent.click(screen.getByRole('checkbox', { name: 'Gutenberg' }));
    press('Send answer');
    expect(sent).toEqual([{ type: 'vote', poll_id: 'p1', answer: [0, 1] }]);
  });

  test('a rating is a group of radio buttons', () => {
    const sent = asLearner({
      kind: 'rating',
      options: [],
      scale: [1, 5],
      labels: ['Bad', 'Good'],
    });
    fireEvent.click(screen.getByRole('radio', { name: '5 · Good' }));
    press('Send answer');
    expect(sent).toEqual([{ type: 'vote', poll_id: 'p1', answer: 5 }]);
  });

  test('an order by the keyboard', () => {
    const sent = asLearner({ kind: 'ranking', options: ['a', 'b', 'c'] });
    press('Move c up');
    press('Move c up');
    press('Move a down');
    const list = screen.getByRole('list', { name: 'Your order, first on top' });
    expect(
      within(list)
        .getAllByRole('listitem')
        .map((item) => item.textContent),
    ).toEqual(['1c', '2b', '3a']);
    press('Send answer');
    expect(sent).toEqual([{ type: 'vote', poll_id: 'p1', answer: [2, 1, 0] }]);
  });

  test('an order by dragging', () => {
    const sent = asLearner({ kind: 'ranking', options: ['a', 'b', 'c'] });
    const [first, , last] = screen.getAllByRole('listitem');
    if (!first || !last) throw new Error('no items');
    const dataTransfer = { setData: () => undefined, effectAllowed: '' };
    fireEvent.dragStart(first, { dataTransfer });
    fireEvent.dragOver(last, { dataTransfer });
    fireEvent.drop(last, { dataTransfer });
    press('Send answer');
    expect(sent).toEqual([{ type: 'vote', poll_id: 'p1', answer: [1, 2, 0] }]);
  });

  test('pairs', () => {
    const sent = asLearner({
      kind: 'matching',
      options: ['a', 'b'],
      targets: ['x', 'y', 'z'],
    });
    fireEvent.change(screen.getByLabelText('a belongs to'), {
      target: { value: '2' },
    });
    fireEvent.change(screen.getByLabelText('b belongs to'), {
      target: { value: '0' },
    });
    press('Send answer');
    expect(sent).toEqual([{ type: 'vote', poll_id: 'p1', answer: [2, 0] }]);
  });

  test('words, a text, a number', () => {
    let sent = asLearner({ kind: 'word_cloud', options: [], words: 2 });
    fireEvent.change(screen.getByLabelText('Word 2'), {
      target: { value: ' ink ' },
    });
    press('Send answer');
    expect(sent).toEqual([{ type: 'vote', poll_id: 'p1', answer: ['ink'] }]);
    cleanup();
    sent = asLearner({ kind: 'short_text', options: [] });
    fireEvent.change(screen.getByLabelText('Your answer'), {
      target: { value: 'Because' },
    });
    press('Send answer');
    expect(sent).toEqual([{ type: 'vote', poll_id: 'p1', answer: 'Because' }]);
    cleanup();
    sent = asLearner({ kind: 'numeric', options: [], scale: [0, 10] });
    const field = screen.getByLabelText('Your number');
    fireEvent.change(field, { target: { value: '11' } });
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Send answer' }).disabled).toBe(
      true,
    );
    fireEvent.change(field, { target: { value: '2,5' } });
    press('Send answer');
    expect(sent).toEqual([{ type: 'vote', poll_id: 'p1', answer: 2.5 }]);
  });

  test('once is once', () => {
    asLearner({
      kind: 'rating',
      options: [],
      scale: [1, 5],
      can_change: false,
      has_voted: true,
      own_answer: 4,
    });
    expect(screen.queryByRole('button', { name: 'Change answer' })).toBeNull();
    expect(screen.getByText('Your answer: 4')).toBeTruthy();
  });

  test('the reveal says why, and whether one was right', () => {
    asLearner({
      kind: 'numeric',
      options: [],
      state: 'revealed',
      tally: [1],
      entries: ['1455'],
      right: 1455,
      own_answer: 1455,
      has_voted: true,
      voted_count: 1,
      explanation: 'The Bible was done then.',
    });
    expect(screen.getByText('Your answer is right.')).toBeTruthy();
    expect(screen.getByText('Right: 1455')).toBeTruthy();
    expect(screen.getByRole('note').textContent).toContain('The Bible was done then.');
  });
});

describe('whoever asks', () => {
  test('asks at once', () => {
    const sent = show();
    press('1 – 5');
    expect(sent).toEqual([
      {
        type: 'create_poll',
        question: 'From 1 to 5?',
        kind: 'rating',
        scale: [1, 5],
        opens: true,
      },
    ]);
  });

  test('hides a word and brings it back', () => {
    const sent = show({
      polls: [
        aPoll({
          kind: 'word_cloud',
          options: [],
          tally: [2, 1],
          entries: ['ink', 'lead'],
          hidden: ['rude'],
          voted_count: 3,
        }),
      ],
    });
    fireEvent.click(screen.getByRole('radio', { name: 'List' }));
    press('Hide “ink”');
    press('Show “rude” again');
    expect(sent).toEqual([
      { type: 'hide_poll_text', poll_id: 'p1', text: 'ink' },
      { type: 'hide_poll_text', poll_id: 'p1', text: 'rude', is_hidden: false },
    ]);
  });

  test('a learner hides nothing and begins nothing', () => {
    asLearner({
      kind: 'short_text',
      options: [],
      tally: [1],
      entries: ['Because'],
      voted_count: 1,
    });
    expect(screen.getByText('Because')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Hide/ })).toBeNull();
    expect(screen.queryByRole('button', { name: 'New poll' })).toBeNull();
  });

  test('sees a poll out of text before asking it', async () => {
    const sent = show();
    press('More about polls');
    fireEvent.click(await screen.findByRole('menuitem', { name: 'From text…' }));
    fireEvent.change(screen.getByLabelText('Text of a slide or a note'), {
      target: { value: 'Who?\n- Caxton\n* Gutenberg' },
    });
    expect(screen.getByRole('heading', { name: 'Who?' })).toBeTruthy();
    press('Ask now');
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({
      type: 'create_poll',
      options: ['Caxton', 'Gutenberg'],
      key: 1,
      opens: true,
    });
  });

  test('says what is wrong before sending', () => {
    const sent = show();
    press('New poll');
    fireEvent.change(screen.getByLabelText('Question'), {
      target: { value: 'Who?' },
    });
    press('Save draft');
    expect(screen.getByRole('alert').textContent).toBe(
      'This kind needs a question and two options.',
    );
    expect(sent).toEqual([]);
  });

  test('asks the same again', async () => {
    show({ polls: [aPoll({ state: 'closed', tally: [1, 1] })] });
    press('More about “Who was first?”');
    fireEvent.click(await screen.findByRole('menuitem', { name: 'Ask again' }));
    expect(screen.getByLabelText<HTMLInputElement>('Question').value).toBe('Who was first?');
  });
});

describe('in the pseudo-locale', () => {
  afterEach(() => changeLanguage('en'));

  test.each<[PollView['kind'], Partial<PollView>]>([
    ['rating', { scale: [1, 3], tally: [1, 2, 0] }],
    ['ranking', { options: ['1', '2'], tally: [1, 0, 0, 1], right: [0, 1] }],
    [
      'matching',
      {
        options: ['1', '2'],
        targets: ['3', '4'],
        tally: [1, 0, 0, 1],
        right: [0, 1],
      },
    ],
    ['word_cloud', { entries: ['1'], tally: [1], hidden: ['2'] }],
    ['short_text', { entries: ['1'], tally: [1] }],
    ['numeric', { entries: ['1'], tally: [1], right: 1 }],
  ])('%s has no text of its own', async (kind, over) => {
    await changeLanguage('qps');
    show({
      polls: [
        aPoll({
          kind,
          question: '?',
          options: [],
          voted_count: 1,
          limit_s: 60,
          ...over,
        }),
        aPoll({
          poll_id: 'p2',
          kind,
          question: '?',
          options: [],
          state: 'draft',
        }),
      ],
    });
    const page = document.body.cloneNode(true) as HTMLElement;
    for (const style of page.querySelectorAll('style')) style.remove();
    const words = (page.textContent ?? '').replace(/\[[^\]]*\]/g, ' ');
    expect(words.match(/[A-Za-z]{3,}/g)).toBeNull();
  });
});

describe('earlier polls', () => {
  test('are folded to the question and what came of it, and open on demand', () => {
    const over: Partial<PollView> = { state: 'revealed', tally: [1, 3], voted_count: 4 };
    show({
      me: 'ben',
      polls: [
        aPoll({ ...over, poll_id: 'a', question: 'Who printed first?' }),
        aPoll({ ...over, poll_id: 'b', question: 'Undecided', tally: [2, 2] }),
        aPoll({ poll_id: 'c', question: 'Still asked', state: 'open' }),
        aPoll({ poll_id: 'd', question: 'Now', state: 'open' }),
      ],
    });
    const cards = () =>
      screen.getAllByRole('article').map((one) => one.getAttribute('aria-label'));
    expect(cards()).toEqual(['Now', 'Still asked']);
    expect(screen.getByText('4 have answered. · Caxton: 75%')).toBeTruthy();
    expect(screen.getByText('4 have answered.')).toBeTruthy();
    const folded = screen.getByText('Who printed first?').closest('details') as HTMLDetailsElement;
    folded.open = true;
    fireEvent(folded, new Event('toggle'));
    expect(cards()).toEqual(['Now', 'Still asked', 'Who printed first?']);
    expect(screen.getAllByText('Who printed first?')).toHaveLength(1);
  });
});
