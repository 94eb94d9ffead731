import { act, fireEvent, screen } from '@testing-library/react';
import axe from 'axe-core';
import { describe, expect, test, vi } from 'vitest';

import type { ChatPage, SessionSnapshot } from '../../../protocol';
import { ApiError } from '../../../transport/http';
import { connectLive, type LiveListener } from '../../../transport/live';
import { renderUi } from '../../../ui/test_render';
import { ChatPanel } from '../ChatPanel';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aMessage, aPerson, aSnapshot, eventsAfter } from '../fixtures';
import { applyEvents } from '../state';
import { StoreContext } from '../store';
import { applyPage, chatHere } from './fold';

vi.mock('../../../transport/live', () => ({ connectLive: vi.fn() }));

const line = (n: number, over = {}) => aMessage(`m${n}`, { at_ms: n * 1000, ...over });
const pageOf = (over: Partial<ChatPage>): ChatPage => ({
  room_id: 'main',
  before: 'm8',
  lines: [line(6), line(7)],
  first: 'm6',
  quoted: [],
  ...over,
});
const cut: Partial<SessionSnapshot> = { chat: [line(8), line(9)], chat_from: { main: 'm8' } };
const ids = (state: SessionSnapshot, room = 'main') =>
  chatHere(state, room).map((one) => one.message_id);

describe('CH8 the fold', () => {
  test('a page goes in front, once, and only where the list was cut when it was asked for', () => {
    const once = applyPage(aSnapshot(cut), pageOf({}));
    expect(once && ids(once)).toEqual(['m6', 'm7', 'm8', 'm9']);
    expect(once?.chat_from).toEqual({ main: 'm6' });
    expect(once && applyPage(once, pageOf({}))).toBeNull();
    const last = once && applyPage(once, pageOf({ before: 'm6', lines: [line(5)], first: null }));
    expect(last?.chat_from).toEqual({});
  });

  test('a private line that another list has brought waits until this one reaches it', () => {
    const state = aSnapshot({
      chat: [line(1, { to: 'ada' }), line(3, { room_id: 'b.1' }), line(8), line(9)],
      chat_from: { main: 'm8' },
    });
    expect(ids(state)).toEqual(['m8', 'm9']);
    expect(ids(state, 'b.1')).toEqual(['m1', 'm3']);
    const more = applyPage(state, pageOf({ lines: [line(1, { to: 'ada' }), line(2)], first: null }));
    expect(more && ids(more)).toEqual(['m1', 'm2', 'm8', 'm9']);
  });

  test('an old line that a new one answers comes with it, changes and goes', () => {
    const snapshot = aSnapshot(cut);
    const event = eventsAfter(snapshot);
    const sent = { message_id: 'm10', participant_id: 'ada', text: 'no', reply_to: 'm2' };
    const quoted = applyEvents(snapshot, [
      event('chat_sent', { ...sent, quoted: line(2, { text: 'old' }) }),
      event('chat_edited', { message_id: 'm2', text: 'older' }),
    ]);
    expect(quoted.chat_quoted.map((one) => one.text)).toEqual(['older']);
    const gone = applyEvents(quoted, [event('chat_deleted', { message_id: 'm2', by: 'ada' })]);
    expect(gone.chat_quoted[0]).toMatchObject({ text: '', is_deleted: true });
    expect(gone.chat.map((one) => one.message_id)).toEqual(['m8', 'm9', 'm10']);
  });
});

describe('CH8 the panel', () => {
  function show(over: Partial<SessionSnapshot> = {}) {
    const earlier = vi.fn(() => Promise.resolve());
    let listener: LiveListener | undefined;
    vi.mocked(connectLive).mockImplementation((_, given) => {
      listener = given;
      return { earlier, close: vi.fn() } as unknown as ReturnType<typeof connectLive>;
    });
    const classroom = new Classroom('s1');
    classroom.join({ microphone: false, camera: false, consent: null, startsSession: false });
    const session = aSnapshot({
      participants: [aPerson('ada', { presence: 'away' }), aPerson('ben')],
      ...cut,
      ...over,
    });
    classroom.store.setState({ session, status: 'connected' });
    const { container } = renderUi(
      <ClassroomContext value={classroom}>
        <StoreContext value={classroom.store}>
          <ChatPanel />
        </StoreContext>
      </ClassroomContext>,
    );
    return { earlier, classroom, container, come: (page: ChatPage) => act(() => listener?.onChatPage(page)) };
  }
  const button = () => screen.queryByRole('button', { name: /earlier messages/ });

  test('the button asks once, says that it loads and goes with the last page', async () => {
    const { earlier, classroom, container, come } = show();
    const runOnly = ['wcag2a', 'wcag2aa'];
    const rules = { 'color-contrast': { enabled: false } };
    expect((await axe.run(container, { runOnly, rules })).violations).toEqual([]);
    const before = screen.getByRole('button', { name: 'Load earlier messages' });
    before.focus();
    fireEvent.click(before);
    fireEvent.click(before);
    expect(earlier.mock.calls).toEqual([[{ room_id: 'main', before: 'm8' }]]);
    expect(button()?.textContent).toBe('Loading earlier messages …');
    expect(document.activeElement).toBe(before);
    come(pageOf({ first: null }));
    expect(button()).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole('log'));
    expect(screen.getAllByRole('listitem')).toHaveLength(4);
    expect(classroom.store.getState().announcement.text).toBe('2 earlier messages loaded');
  });

  test('a failure is said and can be tried again', async () => {
    const { earlier, come } = show();
    earlier.mockRejectedValueOnce(new ApiError(0, { code: 'unreachable', message: '' }));
    fireEvent.click(screen.getByRole('button', { name: 'Load earlier messages' }));
    const said = await screen.findByRole('alert');
    expect(said.textContent).toContain('could not be loaded');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(earlier).toHaveBeenCalledTimes(2);
    come(pageOf({}));
    expect(screen.queryByRole('alert')).toBeNull();
    expect(button()).not.toBeNull();
  });

  test('what was too fast is asked again by itself', async () => {
    const { earlier } = show();
    earlier.mockRejectedValueOnce(
      new ApiError(0, { code: 'too_fast', message: '', retry_after_s: 0.01 }),
    );
    fireEvent.click(screen.getByRole('button', { name: 'Load earlier messages' }));
    await vi.waitFor(() => expect(earlier).toHaveBeenCalledTimes(2));
  });

  test('going to a quoted line loads until it is there', () => {
    window.HTMLElement.prototype.scrollIntoView = vi.fn();
    const { earlier, come } = show({
      chat: [line(8), line(9, { reply_to: 'm5' })],
      chat_quoted: [line(5, { text: 'long ago' })],
    });
    fireEvent.click(screen.getByRole('button', { name: 'ben long ago' }));
    come(pageOf({}));
    expect(earlier).toHaveBeenCalledTimes(2);
    come(pageOf({ before: 'm6', lines: [line(5, { text: 'long ago' })], first: null }));
    expect(document.activeElement?.id).toBe('message-m5');
    expect(earlier).toHaveBeenCalledTimes(2);
  });
});
