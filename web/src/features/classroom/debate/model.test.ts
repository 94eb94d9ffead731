import { describe, expect, test } from 'vitest';

import { aPerson, aSnapshot, eventsAfter } from '../fixtures';
import { applyEvents } from '../state';
import { saidOf } from './Bells';
import { aDebate, aForm, aSpeech } from './fixtures';
import { shares, signed } from '../../../ui/debate';
import { checkSheet, sheetLines } from './judging';
import {
  bellTimes,
  clockFace,
  countdown,
  floorReason,
  formOf,
  holdersOf,
  pointLeftMs,
  pointOffer,
  poolLeftMs,
  seatedFor,
  turnTimes,
} from './model';

const people = ['ben', 'cleo', 'dan'].map((id) => aPerson(id));
const asOne = (me: string, over = {}) =>
  aSnapshot({
    me,
    participants: [aPerson('ada', { role: 'facilitator' }), ...people],
    debates: [aDebate(over)],
  });
const running = { stage: 'running', index: 0, since_ms: 100_000 } as const;

describe('the clock', () => {
  test('counts down, a second lasting a second', () => {
    expect(countdown(120_000)).toBe('2:00');
    expect(countdown(119_001)).toBe('2:00');
    expect(countdown(1)).toBe('0:01');
    expect(countdown(0)).toBe('0:00');
    expect(countdown(-999)).toBe('0:00');
    expect(countdown(-1000)).toBe('+0:01');
  });

  test('goes through the periods of a speech and stops at the end of the grace', () => {
    const debate = aDebate(running);
    const at = (second: number) => clockFace(debate, 100_000 + second * 1000);
    expect([at(0), at(30), at(105), at(120)].map((face) => face.period)).toEqual([
      'normal',
      'pois',
      'warning',
      'overtime',
    ]);
    expect(at(130)).toMatchObject({ leftMs: -10_000, graceMs: 5_000, share: 1 });
    expect(at(999).elapsedMs).toBe(135_000);
  });

  test('stands while it is paused and counts what was used', () => {
    const paused = aDebate({ stage: 'running', index: 0, used_ms: 45_000, halt: 'paused' });
    expect(clockFace(paused, 1e9)).toMatchObject({ leftMs: 75_000, isRunning: false });
  });

  test('an extension moves the end with its bells and leaves the beginning alone', () => {
    const debate = aDebate({ ...running, extra_ms: 30_000 });
    expect(bellTimes(debate)).toEqual([
      { atMs: 30_000, strokes: 1 },
      { atMs: 135_000, strokes: 1 },
      { atMs: 150_000, strokes: 2 },
    ]);
    expect(clockFace(debate, 100_000).leftMs).toBe(150_000);
  });

  test('counts the preparation before the first speech', () => {
    const debate = aDebate({ stage: 'preparing', since_ms: 100_000 });
    expect(clockFace(debate, 160_000).leftMs).toBe(240_000);
    expect(bellTimes(debate)).toEqual([{ atMs: 300_000, strokes: 2 }]);
  });
});

describe('the floor', () => {
  test('belongs to the seats of the part, or to who was named', () => {
    expect(holdersOf(aDebate(running))).toEqual(['ben']);
    expect(holdersOf(aDebate({ ...running, named: { '0': 'dan' } }))).toEqual(['dan']);
    expect(holdersOf(aDebate({ ...running, index: 2 }))).toEqual(['cleo', 'ben']);
    expect(holdersOf(aDebate({ ...running, index: 3, turn: 'ben' }))).toEqual(['ben']);
    expect(seatedFor(aDebate(), aSpeech('x', { side: 'con' }))).toEqual(['cleo']);
  });

  test.each([
    ['ben', running, null],
    ['ada', running, null],
    ['cleo', running, 'yourSpeech'],
    ['dan', running, 'others'],
    ['cleo', { ...running, points: ['cleo'] }, 'point'],
    ['cleo', { ...running, point: 'cleo' }, null],
    ['ben', { stage: 'running', index: 0 }, 'between'],
    ['ben', { ...running, index: 3 }, 'askTurn'],
    ['ben', { stage: 'preparing', since_ms: 1 }, null],
    ['dan', { stage: 'running', index: 4 }, null],
    ['dan', { stage: 'ended', index: 1 }, null],
  ] as const)('%s in %o: %s', (me, over, reason) => {
    expect(floorReason(asOne(me, over))).toBe(reason);
  });
});

describe('points of information', () => {
  test('open for the other stance while the period allows them', () => {
    const debate = aDebate(running);
    expect(pointOffer(debate, 'cleo', 110_000)).toBe('closed');
    expect(pointOffer(debate, 'cleo', 131_000)).toBe('open');
    expect(pointOffer(debate, 'cleo', 206_000)).toBe('closed');
    expect(pointOffer(debate, 'ben', 131_000)).toBe('never');
    expect(pointOffer(debate, 'dan', 131_000)).toBe('never');
  });

  test('never where the format or the debate has none', () => {
    const form = aForm({ poi: { allowed: false, is_optional: true, limit_s: 15 } });
    expect(pointOffer(aDebate(running, form), 'cleo', 131_000)).toBe('never');
    expect(pointOffer(aDebate({ ...running, index: 2 }), 'ben', 131_000)).toBe('never');
  });

  test('last fifteen seconds', () => {
    const debate = aDebate({ ...running, point: 'cleo', point_since_ms: 140_000 });
    expect(pointLeftMs(debate, 150_000)).toBe(5_000);
    expect(pointLeftMs(debate, 170_000)).toBe(0);
  });
});

test('a free debate counts the running turn for its side', () => {
  const debate = aDebate({
    ...running,
    index: 3,
    turn: 'cleo',
    turn_since_ms: 110_000,
    turn_used: { pro: 20_000, con: 5_000 },
  });
  expect(turnTimes(debate, 118_000).map((one) => [one.side.id, one.usedMs, one.shareMs])).toEqual([
    ['pro', 20_000, 120_000],
    ['con', 13_000, 120_000],
  ]);
});

test('a pool runs down for the side that draws on it', () => {
  const debate = aDebate(
    { stage: 'running', index: 1, pools: { pro: 30_000 }, pool_side: 'pro', pool_since_ms: 1_000 },
    aForm({ pool_s: 60 }),
  );
  expect(poolLeftMs(debate, 'pro', 11_000)).toBe(20_000);
  expect(poolLeftMs(debate, 'con', 11_000)).toBe(60_000);
});

describe('the fold', () => {
  test('writes the fields an event carries over those of the view, and no others', () => {
    const before = aSnapshot();
    const event = eventsAfter(before);
    const after = applyEvents(before, [
      event('debate_planned', {
        debate_id: 'd1',
        room_id: 'main',
        motion: 'Cars',
        format: aForm(),
        format_key: 'k1',
        advance: 'manual',
      }),
      event('debate_seats_assigned', { debate_id: 'd1', seats: { 'pro:1': 'ben' } }),
      event('debate_bell_rung', { debate_id: 'd1', bells: 1, strokes: 2, bell_ms: 9 }),
      event('debate_bell_rung', { debate_id: 'other', bells: 7 }),
    ]);
    expect(after.debates).toHaveLength(1);
    expect(after.debates[0]).toMatchObject({ motion: 'Cars', bells: 1, seats: { 'pro:1': 'ben' } });
    expect(after.debates[0]).not.toHaveProperty('strokes');
    expect(after.debates[0]).not.toHaveProperty('format');
    expect(after.debates.map((one) => formOf(one).format_id)).toEqual(['small']);
  });

  test('keeps each note once, own ballots once, and lets a plan go', () => {
    const before = asOne('ben');
    const event = eventsAfter(before);
    const note = { debate_id: 'd1', side: 'pro', note_id: 'n1', participant_id: 'ben', text: 'Air' };
    const after = applyEvents(before, [
      event('debate_note_written', note),
      event('debate_note_shown', { ...note, written_at_ms: 61_000 }),
      event('debate_ballot_cast', { debate_id: 'd1', round: 'before' }),
    ]);
    expect(after.debates[0]?.notes).toEqual([
      { note_id: 'n1', side: 'pro', participant_id: 'ben', text: 'Air', at_ms: 61_000 },
    ]);
    expect(after.debates[0]?.own_ballots).toEqual(['before']);
    const gone = applyEvents(after, [
      { ...event('debate_deleted', { debate_id: 'd1' }) },
    ]);
    expect(gone.debates).toEqual([]);
  });
});

describe('what is said aloud', () => {
  const session = asOne('ben');
  test('a bell, the end, the next speaker, a point for who holds the floor', () => {
    const started = aDebate(running);
    const said = (before: typeof started, over: object) =>
      saidOf(session, before, { ...before, ...over }, 'en');
    expect(said(started, { bells: 1 })).toEqual({ key: 'bell', seconds: 90, strokes: 1 });
    expect(said({ ...started, bells: 2 }, { bells: 3 })).toEqual({ key: 'over', strokes: 2 });
    expect(said(started, { points: ['cleo'] })).toEqual({ key: 'pointOffered', names: ['cleo'] });
    expect(saidOf(session, aDebate({ stage: 'running', index: 0 }), started, 'en')).toEqual({
      key: 'speaks',
      speech: 'Opening Pro',
      names: ['ben'],
    });
    expect(said(started, {})).toBeNull();
  });

  test('a page that comes back hears no bells of the past', () => {
    expect(saidOf(session, undefined, aDebate({ ...running, bells: 2 }), 'en')).toBeNull();
  });
});

describe('judging', () => {
  test('shares in percent, and signs as in print', () => {
    expect(shares({ for: 1, against: 2, undecided: 0 })).toEqual({
      for: 33.3,
      against: 66.7,
      undecided: 0,
    });
    expect(shares({ for: 0, against: 0, undecided: 0 }).for).toBe(0);
    expect([15, -2.5, 0].map(signed)).toEqual(['+15', '−2.5', '±0']);
  });

  test('a sheet has a line for every seat that is taken', () => {
    expect(sheetLines(aDebate()).map((line) => line.key)).toEqual(['pro:1', 'con:1', 'con:2']);
  });

  test('ranges, steps, places, ties and low-point wins are checked as the server does', () => {
    const debate = aDebate();
    const full = { 'pro:1': 75, 'con:1': 70.5, 'con:2': 60 };
    expect(checkSheet(debate, {}, {}).lines['pro:1']).toBe('missing');
    expect(checkSheet(debate, { ...full, 'pro:1': 75.2 }, {}).lines).toEqual({ 'pro:1': 'range' });
    expect(checkSheet(debate, { ...full, 'pro:1': 100 }, {}).lines).toEqual({ 'pro:1': 'range' });
    expect(checkSheet(debate, full, { pro: 1 }).sides).toBe('ranks');
    expect(checkSheet(debate, full, { pro: 2, con: 2 }).sides).toBe('ranks');
    expect(checkSheet(debate, full, { pro: 1, con: 1 }).sides).toBe('tied');
    expect(checkSheet(debate, full, { pro: 1, con: 2 }).sides).toBe('lowPoints');
    expect(checkSheet(debate, full, { pro: 2, con: 1 })).toMatchObject({
      lines: {},
      sides: null,
      totals: { pro: 75, con: 130.5 },
    });
  });
});
