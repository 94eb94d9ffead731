import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { SessionSnapshot } from '../../protocol';
import { aPerson, aPoll, aSnapshot, eventsAfter } from './fixtures';
import { me, personOf } from './selectors';
import { applyEvent, applyEvents, FOLDS, fromSnapshot, recordedMs } from './state';

const HOST = 'role:facilitator';
const poll = {
  poll_id: 'p1',
  question: 'Who?',
  options: ['A', 'B'],
  audience: 'all',
  is_anonymous: false,
};

function run(
  start: Partial<SessionSnapshot>,
  ...steps: [string, Record<string, unknown>?, number?][]
) {
  const snapshot = aSnapshot(start);
  const event = eventsAfter(snapshot);
  return applyEvents(
    fromSnapshot(snapshot),
    steps.map(([type, data, at_ms]) => event(type, data, { at_ms: at_ms ?? 61_000 })),
  );
}

test('every event that docs/protocol.md sends to browsers has a fold', () => {
  const doc = readFileSync(join(process.cwd(), '..', 'docs', 'protocol.md'), 'utf8');
  const table = doc.slice(doc.indexOf('\n## Events') + 1).split('\n## ')[0] ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const types = rows
    .filter((row) => !row.includes('never sent to browsers'))
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1]));
  expect(types.length).toBeGreaterThan(30);
  for (const type of types) expect(FOLDS, type).toHaveProperty(String(type));
});

test('an event counts once, and an unknown one moves only the counters', () => {
  const snapshot = aSnapshot();
  const event = eventsAfter(snapshot);
  const first = event('chat_sent', { message_id: 'm1', participant_id: 'ben', text: 'Hi' });
  const state = applyEvents(snapshot, [first, first]);
  expect(state.chat).toHaveLength(1);
  expect(state.channels.session).toBe(11);
  const later = applyEvent(state, event('moon_rose', { phase: 3 }));
  expect(later).toEqual({ ...state, seq: 12, channels: { session: 12 } });
});

test('counters of other channels start where the first event says', () => {
  const event = eventsAfter(aSnapshot());
  const state = applyEvent(aSnapshot(), event('poll_created', poll, { channel: HOST }));
  expect(state.channels).toEqual({ session: 10, [HOST]: 1 });
});

describe('people', () => {
  test('join, wait, get admitted, go away muted, return muted, leave', () => {
    const cleo = { participant_id: 'cleo', name: 'Cleo', role: 'learner', is_guest: true };
    let state = run({}, ['participant_waiting', cleo]);
    expect(personOf(state, 'cleo')?.presence).toBe('waiting');
    state = run(
      {},
      ['participant_waiting', cleo],
      ['participant_admitted', cleo],
      ['participant_joined', cleo, 62_000],
    );
    expect(personOf(state, 'cleo')).toMatchObject({
      presence: 'present',
      joined_at_ms: 62_000,
      is_guest: true,
    });
    state = run(
      {},
      ['participant_joined', cleo],
      ['track_changed', { participant_id: 'cleo', track: 'microphone', is_on: true, by: 'cleo' }],
      ['hand_raised', cleo],
      ['participant_away', cleo],
    );
    expect(personOf(state, 'cleo')).toMatchObject({
      presence: 'away',
      tracks: { microphone: false },
    });
    expect(state.hands).toEqual(['cleo']);
    state = run(
      {},
      ['participant_joined', cleo],
      ['participant_away', cleo],
      ['participant_returned', cleo],
    );
    expect(personOf(state, 'cleo')).toMatchObject({ presence: 'present', tracks: {} });
    state = run({}, ['participant_left', { participant_id: 'ben' }]);
    expect(personOf(state, 'ben')?.presence).toBe('left');
  });

  test('a role that changes in mid-session', () => {
    const state = run({}, [
      'participant_changed',
      { participant_id: 'ben', name: 'Benno', role: 'facilitator' },
    ]);
    expect(personOf(state, 'ben')).toMatchObject({ name: 'Benno', role: 'facilitator' });
  });

  test('the end sends everyone home', () => {
    const state = run({ hands: ['ben'], spotlight: 'ben' }, ['session_ended']);
    expect(state).toMatchObject({ state: 'ended', hands: [], spotlight: null });
    expect(state.participants.every((one) => one.presence === 'left')).toBe(true);
  });

  test('denied and removed', () => {
    expect(
      personOf(run({}, ['participant_denied', { participant_id: 'ben' }]), 'ben')?.presence,
    ).toBe('denied');
    expect(
      personOf(run({}, ['participant_removed', { participant_id: 'ben' }]), 'ben')?.presence,
    ).toBe('removed');
  });

  test('hands keep their order and lower once', () => {
    const state = run(
      { participants: [aPerson('ada'), aPerson('ben'), aPerson('cleo')] },
      ['hand_raised', { participant_id: 'cleo' }, 61_000],
      ['hand_raised', { participant_id: 'ada' }, 62_000],
      ['hand_raised', { participant_id: 'ben' }, 63_000],
      ['hand_lowered', { participant_id: 'ada', by: 'ada' }],
    );
    expect(state.hands).toEqual(['cleo', 'ben']);
    expect(personOf(state, 'ben')?.hand_raised_at_ms).toBe(63_000);
    expect(personOf(state, 'ada')?.hand_raised_at_ms).toBeNull();
  });

  test('tracks and spotlight', () => {
    const state = run(
      {},
      ['track_changed', { participant_id: 'ada', track: 'camera', is_on: true, by: 'ada' }],
      ['spotlight_changed', { participant_id: 'ben' }],
    );
    expect(me(state)?.tracks).toEqual({ camera: true });
    expect(state.spotlight).toBe('ben');
    expect(
      run({ spotlight: 'ben' }, ['spotlight_changed', { participant_id: null }]).spotlight,
    ).toBeNull();
  });
});

test('chat: a deleted line keeps its place and loses its words', () => {
  const state = run(
    {},
    ['chat_sent', { message_id: 'm1', participant_id: 'ben', text: 'Oops' }],
    ['chat_deleted', { message_id: 'm1', by: 'ada' }],
  );
  expect(state.chat).toMatchObject([
    { message_id: 'm1', participant_id: 'ben', text: '', at_ms: 61_000, is_deleted: true },
  ]);
});

describe('polls', () => {
  test('draft, edit, open, vote, count, close, reveal', () => {
    const state = run(
      {},
      ['poll_created', { ...poll, key: 1 }],
      ['poll_edited', { ...poll, question: 'Who first?', key: 1 }],
      ['poll_opened', { ...poll, question: 'Who first?' }, 70_000],
      ['vote_cast', { poll_id: 'p1', participant_id: 'ada', option: 1 }],
      ['poll_counted', { poll_id: 'p1', voted_count: 2, tally: [1, 1] }],
      ['poll_closed', { poll_id: 'p1', voted_count: 2 }, 80_000],
      ['poll_revealed', { poll_id: 'p1', tally: [1, 1], key: 1 }],
    );
    expect(state.polls).toEqual([
      {
        ...aPoll(),
        ...poll,
        question: 'Who first?',
        key: 1,
        state: 'revealed',
        opened_at_ms: 70_000,
        closed_at_ms: 80_000,
        voted_count: 2,
        tally: [1, 1],
        own_vote: 1,
        has_voted: true,
      },
    ]);
  });

  test('other kinds: answers, results with entries, hidden words, what is right', () => {
    const shape = { kind: 'word_cloud', options: [], words: 3, can_change: false, limit_s: 60 };
    const asked = { ...poll, ...shape };
    const state = run(
      {},
      ['poll_created', { ...asked, key: null, explanation: 'So.' }],
      ['poll_opened', asked],
      ['vote_cast', { poll_id: 'p1', participant_id: 'ada', answer: ['ink', 'lead'] }],
      ['poll_counted', { poll_id: 'p1', voted_count: 1, tally: [1, 1], entries: ['ink', 'lead'] }],
      ['poll_text_hidden', { poll_id: 'p1', text: 'lead', is_hidden: true }],
      ['poll_counted', { poll_id: 'p1', voted_count: 1, tally: [1], entries: ['ink'] }],
    );
    expect(state.polls[0]).toMatchObject({
      ...shape,
      own_answer: ['ink', 'lead'],
      tally: [1],
      entries: ['ink'],
      hidden: ['lead'],
      explanation: 'So.',
    });
    const shown = run(
      {},
      ['poll_opened', { ...poll, kind: 'numeric', options: [] }],
      ['poll_counted', { poll_id: 'p1', voted_count: 1, tally: [1], entries: ['7'] }],
      ['poll_counted', { poll_id: 'p1', voted_count: 1, tally: [] }],
      ['poll_revealed', { poll_id: 'p1', tally: [1], key: null, entries: ['7'], right: 7, tolerance: 2 }],
    );
    expect(shown.polls[0]).toMatchObject({ tally: [1], entries: ['7'], right: 7, tolerance: 2 });
  });

  test('an anonymous vote says only that one voted; a deleted draft is gone', () => {
    const voted = run(
      {},
      ['poll_opened', { ...poll, is_anonymous: true }],
      ['vote_cast', { poll_id: 'p1' }],
    );
    expect(voted.polls[0]).toMatchObject({ has_voted: true, own_vote: null, tally: null });
    expect(run({}, ['poll_created', poll], ['poll_deleted', { poll_id: 'p1' }]).polls).toEqual([]);
  });
});

describe('recording', () => {
  const r = { recording_id: 'r1' };

  test('time on record leaves pauses out', () => {
    const state = run(
      {},
      ['recording_started', r, 100_000],
      ['recording_paused', r, 130_000],
      ['recording_resumed', r, 190_000],
    );
    expect(state.recording).toEqual({
      state: 'on',
      elapsed_ms: 30_000,
      since_ms: 190_000,
      recording_id: 'r1',
    });
    expect(recordedMs(state.recording, 200_000)).toBe(40_000);
  });

  test('the clock stands while nobody is here and skips a restart of the server', () => {
    const away = { participant_id: 'ada' };
    const state = run(
      { participants: [aPerson('ada')] },
      ['recording_started', r, 100_000],
      ['participant_away', away, 110_000],
      ['participant_returned', away, 150_000],
      ['gap_declared', { from_ms: 155_000, to_ms: 170_000, reason: 'server_restart' }, 170_000],
    );
    expect(recordedMs(state.recording, 175_000)).toBe(10_000 + 5_000 + 5_000);
  });

  test('stop and start again continue the same recording', () => {
    const state = run(
      {},
      ['recording_started', r, 100_000],
      ['recording_stopped', r, 110_000],
      ['recording_started', r, 150_000],
      ['recording_stopped', r, 160_000],
    );
    expect(state.recording).toMatchObject({ state: 'stopped', elapsed_ms: 20_000, since_ms: null });
  });

  test('a snapshot in mid-recording folds on to the same time', () => {
    const snapshot = aSnapshot({
      now_ms: 60_000,
      recording: { state: 'on', elapsed_ms: 25_000, since_ms: 50_000, recording_id: 'r1' },
    });
    expect(recordedMs(fromSnapshot(snapshot).recording, 60_000)).toBe(25_000);
    expect(recordedMs(fromSnapshot(snapshot).recording, 61_000)).toBe(26_000);
  });

  test('only who agreed is on record', () => {
    const state = run(
      {},
      ['consent_given', { participant_id: 'ada' }],
      ['recording_started', r, 100_000],
      ['consent_declined', { participant_id: 'ben' }],
    );
    expect(state.participants.map((one) => [one.consent, one.is_on_record])).toEqual([
      ['given', true],
      ['declined', false],
    ]);
    expect(run({}, ['session_started'], ['epoch_started'], ['gap_declared']).state).toBe('live');
  });
});

test('moments are kept in order', () => {
  const state = run({}, [
    'moment_marked',
    { moment_id: 'x', participant_id: 'ada', label: 'Key point' },
  ]);
  expect(state.moments).toEqual([{ moment_id: 'x', at_ms: 61_000, is_private: false, label: 'Key point' }]);
});

test('PO16 a vote brings what it changed in a result, from the end to the beginning', () => {
  const open = aPoll({ kind: 'short_text', tally: [1, 1, 1], entries: ['a', 'b', 'c'] });
  const state = run({ polls: [open] }, [
    'poll_counted',
    {
      poll_id: 'p1',
      voted_count: 4,
      changes: [
        { at: 3, gone: 0, entries: ['d'], tally: [1] },
        { at: 0, gone: 1, entries: [], tally: [] },
      ],
    },
  ]);
  expect(state.polls[0]).toMatchObject({
    voted_count: 4,
    entries: ['b', 'c', 'd'],
    tally: [1, 1, 1],
  });
});
