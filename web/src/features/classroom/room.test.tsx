import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import axe from 'axe-core';
import { describe, expect, test, vi } from 'vitest';

import type { AnyCommand, SessionSnapshot } from '../../protocol';
import { renderUi } from '../../ui/test_render';
import { ACTIONS, ALL_ACTIONS } from './actions';
import { dialogFor } from './keys';
import { ChatPanel } from './ChatPanel';
import { closedFor } from './chat/policy';
import { Classroom } from './classroom';
import { ClassroomContext } from './context';
import { aMessage, aPerson, aSnapshot, eventsAfter } from './fixtures';
import { CommandPalette } from './palette/CommandPalette';
import { PeoplePanel } from './PeoplePanel';
import { LocksDialog } from './room/LocksDialog';
import { SpeakDialog } from './room/SpeakDialog';
import { isUnattended, lostCount, raisedHands } from './selectors';
import { applyEvents } from './state';
import { type PageState, StoreContext } from './store';

const HOST = aPerson('ada', { role: 'facilitator' });
const CLASS = [HOST, aPerson('ben'), aPerson('cleo')];

function show(
  element: React.ReactElement,
  over: Partial<SessionSnapshot> = {},
  page: Partial<PageState> = {},
) {
  const classroom = new Classroom('s1');
  const sent: AnyCommand[] = [];
  vi.spyOn(classroom, 'command').mockImplementation((command) => {
    sent.push(command);
    return Promise.resolve(true);
  });
  const session = aSnapshot({ participants: CLASS, ...over });
  classroom.store.setState({ session, status: 'connected', ...page });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>{element}</StoreContext>
    </ClassroomContext>,
  );
  return { sent, classroom };
}

describe('the fold', () => {
  const snapshot = aSnapshot({ participants: CLASS, me: 'ben' });

  test('a message is written, answered, edited, liked and deleted', () => {
    const event = eventsAfter(snapshot);
    const about = { message_id: 'm', participant_id: 'ben' };
    const edited = applyEvents(snapshot, [
      event('chat_sent', { ...about, text: 'helo', mentions: ['ada'] }),
      event('chat_reacted', { ...about, emoji: 'heart', is_on: true }),
      event('chat_edited', { ...about, text: 'hello' }, { at_ms: 62_000 }),
    ]);
    expect(edited.chat[0]).toMatchObject({
      text: 'hello',
      mentions: [],
      edited_at_ms: 62_000,
      reactions: { heart: ['ben'] },
    });
    const gone = applyEvents(edited, [
      event('chat_reacted', { ...about, emoji: 'heart', is_on: false }),
      event('chat_deleted', { message_id: 'm', by: 'ada' }),
    ]);
    expect(gone.chat[0]).toMatchObject({ text: '', is_deleted: true, reactions: {} });
  });

  test('asked to speak, unmuted, muted by somebody else', () => {
    const event = eventsAfter(snapshot);
    const ben = { participant_id: 'ben' };
    const on = { ...ben, track: 'microphone', is_on: true, by: 'ben' };
    const asked = applyEvents(snapshot, [event('speak_invited', { ...ben, by: 'ada' })]);
    const granted = applyEvents(asked, [event('track_changed', on)]);
    const muted = applyEvents(granted, [
      event('track_changed', { ...on, is_on: false, by: 'ada' }),
    ]);
    const invitation = [asked, granted, muted].map((state) => state.participants[1]?.invitation);
    expect(invitation).toEqual(['asked', 'granted', 'none']);
  });

  test('a class without a facilitator knows since when', () => {
    const event = eventsAfter(snapshot);
    const alone = applyEvents(snapshot, [
      event('participant_away', { participant_id: 'ada' }, { at_ms: 70_000 }),
    ]);
    expect(alone.unattended_since_ms).toBe(70_000);
    expect([isUnattended(alone, 80_000), isUnattended(alone, 90_000)]).toEqual([false, true]);
    expect(closedFor(alone, null, 90_000)).toBe('unattended');
    expect(closedFor(alone, 'ada', 90_000)).toBeNull();
    const back = applyEvents(alone, [event('participant_returned', { participant_id: 'ada' })]);
    expect(back.unattended_since_ms).toBeNull();
  });

  test('who is sent out may come back, who is banned may not', () => {
    const event = eventsAfter(snapshot);
    const after = applyEvents(snapshot, [
      event('participant_removed', { participant_id: 'cleo', may_return: true }),
      event('participant_removed', { participant_id: 'ben' }),
    ]);
    expect(after.participants.map((one) => one.presence)).toEqual(['present', 'removed', 'left']);
  });

  test('airtime and taps add up', () => {
    const event = eventsAfter(snapshot);
    const count = { participant_ids: ['ben', 'nobody'], talked_ms: [1000, 5] };
    const after = applyEvents(snapshot, [
      event('airtime_counted', count),
      event('airtime_counted', count),
      event('confusion_tapped', {}, { at_ms: 61_000 }),
    ]);
    expect(after.talked_ms).toEqual({ ben: 2000 });
    expect([62_000, 182_000].map((now) => lostCount(after.confusion, now))).toEqual([1, 0]);
  });
});

test('hands stand as raised, or least heard first and then as raised', () => {
  const participants = [
    HOST,
    aPerson('ben', { hand_raised_at_ms: 1, hand_talked_ms: 900 }),
    aPerson('cleo', { hand_raised_at_ms: 2 }),
    aPerson('dora', { hand_raised_at_ms: 3 }),
  ];
  const hands = ['ben', 'cleo', 'dora'];
  const ids = (hand_order: 'fifo' | 'equity') =>
    raisedHands(aSnapshot({ participants, hands, hand_order })).map((one) => one.participant_id);
  expect(ids('fifo')).toEqual(hands);
  expect(ids('equity')).toEqual(['cleo', 'dora', 'ben']);
});

describe('chat', () => {
  test('a private message says who will read it before it is sent', () => {
    const { sent } = show(<ChatPanel />, { me: 'ben' });
    fireEvent.change(screen.getByLabelText('Who gets the message'), { target: { value: 'cleo' } });
    expect(screen.getByTestId('chat-policy').textContent).toContain('Only cleo and you');
    fireEvent.change(screen.getByPlaceholderText('Message cleo'), { target: { value: 'psst' } });
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    expect(sent).toEqual([{ type: 'send_chat', text: 'psst', to: 'cleo' }]);
  });

  test('a mention is picked with the keyboard', () => {
    const { sent } = show(<ChatPanel />, { me: 'ben' });
    const field = screen.getByPlaceholderText<HTMLTextAreaElement>('Message everyone');
    fireEvent.change(field, { target: { value: 'hi @cl', selectionStart: 6 } });
    expect(screen.getByRole('option', { name: 'cleo' })).toBeTruthy();
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(field.value).toBe('hi @cleo ');
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(sent).toEqual([{ type: 'send_chat', text: 'hi @cleo', mentions: ['cleo'] }]);
  });

  test('replies quote, edits come back into the field', () => {
    const { sent } = show(<ChatPanel />, {
      me: 'ben',
      chat: [aMessage('q', { participant_id: 'cleo', text: 'Why?' }), aMessage('m')],
    });
    fireEvent.click(screen.getByRole('button', { name: 'Reply to cleo' }));
    const field = screen.getByPlaceholderText<HTMLTextAreaElement>('Message everyone');
    fireEvent.change(field, { target: { value: 'Because' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(sent).toEqual([{ type: 'send_chat', text: 'Because', reply_to: 'q' }]);
  });

  test('facilitators cannot delete what is private to others, and a link is safe', () => {
    show(<ChatPanel />, {
      chat: [aMessage('m', { text: 'see https://example.org', to: 'ada' })],
    });
    expect(screen.queryByRole('button', { name: /What to do with the message/ })).toBeNull();
    const link = screen.getByRole('link', { name: 'https://example.org' });
    expect(link.getAttribute('rel')).toContain('noopener');
  });

  test('a closed chat says why', () => {
    show(<ChatPanel />, { me: 'ben', locks: ['chat'] });
    expect(screen.getByTestId('chat-policy').textContent).toContain('closed the chat');
    expect(screen.getByPlaceholderText<HTMLTextAreaElement>('Message everyone').disabled).toBe(
      true,
    );
  });

  test('a reaction is given and taken back', () => {
    const { sent } = show(<ChatPanel />, {
      me: 'ben',
      chat: [aMessage('m', { participant_id: 'cleo', reactions: { heart: ['ben'] } })],
    });
    const given = screen.getByRole('button', { name: 'heart: 1 person (ben)', pressed: true });
    fireEvent.click(given);
    expect(sent).toEqual([
      { type: 'react_to_chat', message_id: 'm', emoji: 'heart', is_on: false },
    ]);
  });
});

describe('people', () => {
  test('the order of hands is said, and the next is called', () => {
    const { sent } = show(<PeoplePanel />, {
      hands: ['ben'],
      hand_order: 'equity',
      participants: [HOST, aPerson('ben', { hand_raised_at_ms: 1, hand_talked_ms: 65_000 })],
    });
    expect(screen.getByText(/spoken least/)).toBeTruthy();
    expect(screen.getByText('spoke 1:05')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: /Call the next/ }));
    fireEvent.change(screen.getByLabelText('Order of hands'), { target: { value: 'fifo' } });
    expect(sent).toEqual([{ type: 'call_next' }, { type: 'set_hand_order', order: 'fifo' }]);
  });

  test('who is lost is counted for facilitators and named for nobody', () => {
    show(<PeoplePanel />, { confusion: [59_000, 59_500] });
    expect(screen.getByText('2 learners lost in the last 2 minutes')).toBeTruthy();
    cleanup();
    show(<PeoplePanel />, { me: 'ben' });
    expect(screen.queryByText(/lost in the last/)).toBeNull();
  });

  test('a ban is lifted', () => {
    const participants = [...CLASS, aPerson('dora', { presence: 'removed' })];
    const { sent } = show(<PeoplePanel />, { participants });
    const list = within(screen.getByRole('list', { name: 'Banned' }));
    fireEvent.click(list.getByRole('button', { name: 'Lift ban: dora' }));
    expect(sent).toEqual([{ type: 'admit', participant_id: 'dora' }]);
  });
});

test('a switch that is on allows', () => {
  const { sent } = show(<LocksDialog />, { locks: ['chat', 'unattended'] }, { dialog: 'locks' });
  expect(screen.getByLabelText<HTMLInputElement>('Write to everyone').checked).toBe(false);
  fireEvent.click(screen.getByLabelText('Write to everyone'));
  fireEvent.click(screen.getByLabelText('Unmute'));
  expect(sent).toEqual([
    { type: 'set_lock', lock: 'chat', is_on: false },
    { type: 'set_lock', lock: 'microphone', is_on: true },
  ]);
});

test('asked to speak, a person decides', () => {
  const participants = [HOST, aPerson('ben', { invitation: 'asked' })];
  const { sent } = show(<SpeakDialog />, { me: 'ben', participants }, { askedBy: 'Ada' });
  expect(screen.getByText(/Ada asks you to unmute/)).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Not now' }));
  expect(sent).toEqual([{ type: 'decline_to_speak' }]);
});

describe('the palette', () => {
  test('lists every action that can be done now, and no other', () => {
    const { classroom } = show(<CommandPalette />, {}, { dialog: 'palette' });
    const page = classroom.store.getState();
    const names = ALL_ACTIONS.filter((one) => one.isAvailable(page) && one.name !== 'palette');
    expect(screen.getAllByRole('option')).toHaveLength(names.length);
    expect(screen.queryByRole('option', { name: /I am lost/ })).toBeNull();
  });

  test('runs what was found by its name', () => {
    vi.useFakeTimers();
    const { sent } = show(<CommandPalette />, {}, { dialog: 'palette' });
    const field = screen.getByLabelText('Search actions');
    fireEvent.change(field, { target: { value: 'mute all' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    vi.runAllTimers();
    vi.useRealTimers();
    expect(sent).toEqual([{ type: 'mute_all' }]);
  });

  const plain = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };
  test('opens with Ctrl+K anywhere; ? helps where nobody writes', () => {
    const k = { ...plain, key: 'k', code: 'KeyK' };
    const help = { ...plain, key: '?', code: 'Slash', shiftKey: true };
    expect(dialogFor({ ...k, ctrlKey: true }, true)).toBe('palette');
    expect(dialogFor(k, false)).toBeNull();
    expect([dialogFor(help, false), dialogFor(help, true)]).toEqual(['shortcuts', null]);
  });
});

test('a learner bookmarks, taps that they are lost, and has nothing of the host’s', () => {
  const { classroom } = show(<div />, { me: 'ben' });
  const page = classroom.store.getState();
  const can = (name: keyof typeof ACTIONS) => ACTIONS[name].isAvailable(page);
  expect([can('moment'), can('lost'), can('clap')]).toEqual([true, true, true]);
  expect([can('muteAll'), can('locks'), can('next'), can('handsEquity')]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

/** What a browser would need its eyes for (contrast, size) is left to the pages' own tests. */
async function faults(): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const { violations } = await axe.run(document.body, {
    runOnly: { type: 'tag', values: tags },
    rules: { 'color-contrast': { enabled: false }, 'target-size': { enabled: false } },
  });
  return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html}`));
}

describe('names and roles are in order', () => {
  const chat = [
    aMessage('m', { text: 'see https://example.org @ada', mentions: ['ada'] }),
    aMessage('n', { reply_to: 'm', reactions: { clap: ['ben'] }, edited_at_ms: 1 }),
    aMessage('o', { to: 'ada' }),
  ];
  const over = {
    chat,
    hands: ['ben'],
    confusion: [59_000],
    participants: [...CLASS, aPerson('dora', { presence: 'removed' })],
    moments: [{ moment_id: 'x', at_ms: 1, label: '', is_private: true }],
  };

  test.each([
    ['chat', <ChatPanel key="c" />, null],
    ['people', <PeoplePanel key="p" />, null],
    ['locks', <LocksDialog key="l" />, 'locks'],
    ['palette', <CommandPalette key="k" />, 'palette'],
  ] as const)('%s', async (_, element, dialog) => {
    show(element, over, { dialog });
    expect(await faults()).toEqual([]);
  });

  test('a mention being picked', async () => {
    show(<ChatPanel />, over);
    const field = screen.getByPlaceholderText('Message everyone');
    fireEvent.change(field, { target: { value: '@', selectionStart: 1 } });
    expect(screen.getAllByRole('option').length).toBeGreaterThan(0);
    expect(await faults()).toEqual([]);
  });
});
