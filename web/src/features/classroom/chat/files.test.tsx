import { act, fireEvent, screen, within } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { AnyCommand, SessionSnapshot } from '../../../protocol';
import { renderUi } from '../../../ui/test_render';
import { ChatPanel } from '../ChatPanel';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aMessage, aPerson, aSnapshot, eventsAfter } from '../fixtures';
import { applyEvents } from '../state';
import { StoreContext } from '../store';

const CLASS = [aPerson('ada', { role: 'facilitator' }), aPerson('ben')];

/** The part of XMLHttpRequest an upload uses. */
class Request {
  static all: Request[] = [];
  upload: { onprogress?: (event: Partial<ProgressEvent>) => void } = {};
  onload?: () => void;
  onabort?: () => void;
  onerror?: () => void;
  status = 0;
  statusText = '';
  responseText = '';
  url = '';
  constructor() {
    Request.all.push(this);
  }
  open(_method: string, url: string) {
    this.url = url;
  }
  setRequestHeader() {}
  send() {}
  abort() {
    this.onabort?.();
  }
  async answers(status: number, body: unknown) {
    this.status = status;
    this.responseText = JSON.stringify(body);
    await act(async () => {
      this.onload?.();
      await Promise.resolve();
    });
  }
}

beforeEach(() => {
  Request.all = [];
  vi.stubGlobal('XMLHttpRequest', Request);
});
afterEach(() => vi.unstubAllGlobals());

function show(over: Partial<SessionSnapshot> = {}) {
  const classroom = new Classroom('s1');
  const sent: AnyCommand[] = [];
  vi.spyOn(classroom, 'command').mockImplementation((command) => {
    sent.push(command);
    return Promise.resolve(true);
  });
  const session = aSnapshot({ participants: CLASS, me: 'ben', session_id: 's1', ...over });
  classroom.store.setState({ session, status: 'connected' });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>
        <ChatPanel />
      </StoreContext>
    </ClassroomContext>,
  );
  return sent;
}

function choose(...files: File[]) {
  fireEvent.change(screen.getByTestId('chat-file'), { target: { files } });
}

const aFile = (name: string, size = 3) => new File(['x'.repeat(size)], name);
const made = (id: string) => ({ file_id: id, name: `${id}.txt`, media_type: 'text/plain', octets: 3 });

describe('FI a file in chat', () => {
  test('travels while one writes, then goes with the words', async () => {
    const sent = show();
    choose(aFile('a.txt'), aFile('b.txt'));
    expect(Request.all.map((one) => one.url)).toEqual([
      '/api/v1/sessions/s1/files?name=a.txt',
      '/api/v1/sessions/s1/files?name=b.txt',
    ]);
    act(() => Request.all[0]?.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 4 }));
    expect(screen.getByLabelText('Uploading a.txt').getAttribute('aria-valuenow')).toBe('25');
    const button = screen.getByTestId<HTMLButtonElement>('send-chat');
    expect(button.disabled).toBe(true);
    await Request.all[0]?.answers(201, made('f1'));
    await Request.all[1]?.answers(201, made('f2'));
    expect(button.disabled).toBe(false);
    fireEvent.click(button);
    expect(sent).toEqual([
      { type: 'send_chat', text: '', file_id: 'f1' },
      { type: 'send_chat', text: '', file_id: 'f2' },
    ]);
    expect(screen.queryByLabelText('Files for this message')).toBeNull();
  });

  test('is stopped, and says why it was refused', async () => {
    show();
    choose(aFile('a.txt'));
    fireEvent.click(screen.getByLabelText('Stop uploading a.txt'));
    expect(screen.queryByText('a.txt')).toBeNull();
    choose(aFile('b.exe'));
    await Request.all[1]?.answers(400, {
      error: { code: 'file_type_refused', message: 'No.', field: 'file' },
    });
    expect(screen.getByRole('alert').textContent).toBe('This kind of file cannot be sent.');
    choose(aFile('c.txt', 0));
    expect(Request.all).toHaveLength(2);
    expect(screen.getAllByRole('alert')[1]?.textContent).toBe('There is nothing in this file.');
  });

  test.each(['files', 'chat'] as const)('FI8 the lock %s leaves no way to attach', (lock) => {
    show({ locks: [lock] });
    expect(screen.queryByLabelText('Attach files')).toBeNull();
  });

  test('is a picture to look at or a thing to save', async () => {
    const file = { file_id: 'f1', name: 'a.png', media_type: 'image/png', octets: 1_400_000 };
    const pdf = { ...file, file_id: 'f2', name: 'b.pdf', media_type: 'application/pdf' };
    show({ chat: [aMessage('1', { file, text: '' }), aMessage('2', { file: pdf })] });
    const picture = screen.getByLabelText('Open the picture a.png in a new tab');
    expect(within(picture).getByAltText('a.png').getAttribute('src')).toBe(
      '/api/v1/sessions/s1/files/f1',
    );
    const save = screen.getByTitle('Save b.pdf, 1.4 MB');
    expect(save.getAttribute('href')).toBe('/api/v1/sessions/s1/files/f2?download=true');
    const found = await axe.run(document.body, {
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] },
      rules: { 'color-contrast': { enabled: false } },
    });
    expect(found.violations).toEqual([]);
  });

  test('comes with its message and goes with it', () => {
    const snapshot = aSnapshot({ participants: CLASS });
    const event = eventsAfter(snapshot);
    const sent = applyEvents(snapshot, [
      event('chat_sent', {
        message_id: 'm', participant_id: 'ben', text: '', file_id: 'f', file_name: 'a.txt',
        file_type: 'text/plain', file_bytes: 3,
      }),
    ]); // prettier-ignore
    expect(sent.chat[0]?.file).toEqual({
      file_id: 'f', name: 'a.txt', media_type: 'text/plain', octets: 3,
    }); // prettier-ignore
    const gone = applyEvents(sent, [event('chat_deleted', { message_id: 'm', by: 'ben' })]);
    expect(gone.chat[0]?.file).toBeNull();
  });
});
