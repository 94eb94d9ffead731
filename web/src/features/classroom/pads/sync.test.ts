import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';

import { ApiError } from '../../../transport/http';
import type { PadWire } from '../../../transport/live';
import { PadSync } from './sync';

/** The server's side of one pad, with somebody else's page on it. */
class Desk {
  doc = new Y.Doc();
  sent: Uint8Array[] = [];
  refusals: ApiError[] = [];
  closed = 0;
  wire: PadWire = {
    open: async (_, vector) => {
      const refusal = this.openRefusals.shift();
      if (refusal) throw refusal;
      return {
        vector: Y.encodeStateVector(this.doc),
        update: Y.encodeStateAsUpdate(this.doc, vector),
      };
    },
    update: async (_, update) => {
      const refusal = this.refusals.shift();
      if (refusal) throw refusal;
      this.sent.push(update);
      Y.applyUpdate(this.doc, update);
    },
    close: () => {
      this.closed += 1;
    },
    point: () => undefined,
    picture: async () => undefined,
  };
  openRefusals: ApiError[] = [];
  get text(): string {
    return this.doc.getText('text').toString();
  }
}

const refused = (code: string): ApiError => new ApiError(0, { code, message: code });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function opened(desk: Desk): Promise<PadSync> {
  const pad = new PadSync('notes', () => desk.wire);
  pad.use();
  await vi.advanceTimersByTimeAsync(0);
  return pad;
}

test('what is typed goes out together and is kept until it is acknowledged', async () => {
  const desk = new Desk();
  desk.doc.getText('text').insert(0, 'There. ');
  const pad = await opened(desk);
  expect(pad.doc.getText('text').toString()).toBe('There. ');
  for (const letter of 'Here') pad.doc.getText('text').insert(pad.doc.getText('text').length, letter);
  expect(pad.store.getState().isUnsent).toBe(true);
  await vi.advanceTimersByTimeAsync(200);
  expect(desk.text).toBe('There. Here');
  expect(desk.sent).toHaveLength(1);
  expect(pad.store.getState().isUnsent).toBe(false);
});

test('a lost connection loses nothing, and nothing comes twice', async () => {
  const desk = new Desk();
  const pad = await opened(desk);
  pad.doc.getText('text').insert(0, 'a');
  pad.disconnected();
  pad.doc.getText('text').insert(1, 'b');
  desk.doc.getText('text').insert(0, 'X');
  await vi.advanceTimersByTimeAsync(5000);
  expect(desk.sent).toHaveLength(0);
  pad.connected();
  await vi.advanceTimersByTimeAsync(500);
  expect(desk.text).toBe(pad.doc.getText('text').toString());
  expect([...desk.text].sort().join('')).toBe('Xab');
  // The answer got lost: the same update goes again.
  desk.refusals.push(refused('unreachable'));
  pad.doc.getText('text').insert(0, 'c');
  await vi.advanceTimersByTimeAsync(3000);
  expect([...desk.text].sort().join('')).toBe('Xabc');
});

test.each(['too_fast', 'not_saved', 'internal'])('%s is tried again', async (code) => {
  const desk = new Desk();
  const pad = await opened(desk);
  desk.refusals.push(refused(code), refused(code));
  pad.doc.getText('text').insert(0, 'kept');
  await vi.advanceTimersByTimeAsync(5000);
  expect(desk.text).toBe('kept');
});

test('what waits for the whiteboard to open again stays', async () => {
  const desk = new Desk();
  const pad = await opened(desk);
  desk.refusals.push(refused('whiteboard_closed'));
  pad.doc.getText('text').insert(0, 'kept');
  await vi.advanceTimersByTimeAsync(5000);
  expect(desk.text).toBe('');
  expect(pad.store.getState()).toMatchObject({ phase: 'waiting', isUnsent: true });
  await pad.open();
  await vi.advanceTimersByTimeAsync(500);
  expect(desk.text).toBe('kept');
});

test.each(['locked', 'pad_full', 'bad_update'])('after %s the server’s copy counts', async (code) => {
  const desk = new Desk();
  desk.doc.getText('text').insert(0, 'ours');
  const pad = await opened(desk);
  desk.refusals.push(refused(code));
  pad.doc.getText('text').insert(0, 'mine');
  await vi.advanceTimersByTimeAsync(500);
  expect(pad.store.getState()).toMatchObject({ phase: 'open', problem: code, generation: 1 });
  expect(pad.doc.getText('text').toString()).toBe('ours');
  expect(pad.store.getState().isUnsent).toBe(false);
});

test('an update that is too large is never sent', async () => {
  const desk = new Desk();
  const pad = await opened(desk);
  pad.doc.getText('text').insert(0, 'x'.repeat(250_000));
  await vi.advanceTimersByTimeAsync(500);
  expect(desk.sent).toHaveLength(0);
  expect(pad.store.getState().problem).toBe('too_large');
});

test('a pad nobody looks at is closed once all is sent', async () => {
  const desk = new Desk();
  const pad = new PadSync('notes', () => desk.wire);
  const leave = pad.use();
  await vi.advanceTimersByTimeAsync(0);
  pad.doc.getText('text').insert(0, 'bye');
  leave();
  expect(desk.closed).toBe(0);
  await vi.advanceTimersByTimeAsync(500);
  expect(desk.text).toBe('bye');
  expect(desk.closed).toBe(1);
});
