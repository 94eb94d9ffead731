import { describe, expect, test } from 'vitest';

import { rememberedChoice } from '../../transport/devices';
import { ACTIONS, ALL_ACTIONS } from './actions';
import { actionFor, shortcutText } from './keys';
import { announce } from './announce';
import { aPerson, aSnapshot, eventsAfter } from './fixtures';
import { newStore, type PageState } from './store';

function page(over: Partial<Parameters<typeof aSnapshot>[0]> = {}): PageState {
  return { ...newStore(rememberedChoice()).getState(), session: aSnapshot(over) };
}
const alt = (code: string) => ({
  code,
  altKey: true,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
});

test('no two actions share a key', () => {
  const codes = ALL_ACTIONS.map((action) => action.code).filter((code) => code !== null);
  expect(new Set(codes).size).toBe(codes.length);
});

test('keys need Alt alone', () => {
  expect(actionFor(alt('KeyM'), page())?.name).toBe('microphone');
  expect(actionFor({ ...alt('KeyM'), altKey: false }, page())).toBeNull();
  expect(actionFor({ ...alt('KeyM'), ctrlKey: true }, page())).toBeNull();
  expect(shortcutText(ACTIONS.shortcuts)).toBe('Alt+/');
  expect(shortcutText(ACTIONS.people)).toBe('Alt+1');
});

describe('recording controls', () => {
  const on = { state: 'on', elapsed_ms: 0, since_ms: 0, recording_id: 'r' } as const;

  test('only facilitators have them, and only the ones that make sense now', () => {
    expect(ACTIONS.record.isAvailable(page())).toBe(true);
    expect(ACTIONS.stopRecording.isAvailable(page())).toBe(false);
    expect(ACTIONS.record.isAvailable(page({ recording: on }))).toBe(false);
    expect(ACTIONS.pauseRecording.isAvailable(page({ recording: on }))).toBe(true);
    expect(ACTIONS.pauseRecording.label(page({ recording: { ...on, state: 'paused' } }))).toBe(
      'action.resumeRecordingLong',
    );
    expect(ACTIONS.record.isAvailable(page({ me: 'ben' }))).toBe(false);
    expect(ACTIONS.record.isAvailable(page({ state: 'scheduled' }))).toBe(false);
  });
});

test('the hand says which way it goes', () => {
  expect(ACTIONS.hand.label(page())).toBe('action.handUp');
  expect(ACTIONS.hand.label(page({ hands: ['ada'] }))).toBe('action.handDown');
});

test('nobody acts from the lobby', () => {
  const lobby = page({ me: 'ben', participants: [aPerson('ben', { presence: 'waiting' })] });
  expect(ALL_ACTIONS.filter((action) => action.isAvailable(lobby))).toEqual([]);
});

describe('what is said aloud', () => {
  const event = eventsAfter(aSnapshot());

  test('hands of others, not one’s own', () => {
    expect(announce(aSnapshot(), event('hand_raised', { participant_id: 'ben' }))).toEqual({
      key: 'handUp',
      name: 'ben',
    });
    expect(
      announce(aSnapshot({ me: 'ben' }), event('hand_raised', { participant_id: 'ben' })),
    ).toBeNull();
  });

  test('the lobby concerns facilitators', () => {
    const waits = event('participant_waiting', { participant_id: 'ben', name: 'ben' });
    expect(announce(aSnapshot(), waits)?.key).toBe('waiting');
    expect(announce(aSnapshot({ me: 'ben' }), waits)).toBeNull();
  });

  test('chat is not read out', () => {
    expect(
      announce(
        aSnapshot(),
        event('chat_sent', { message_id: 'm', participant_id: 'ben', text: 'x' }),
      ),
    ).toBeNull();
  });
});
