import { describe, expect, it } from 'vitest';

import type { DebateFormat, FormatSpeech } from '../../protocol';
import {
  addPhase, addSide, addSpeech, clock, copyOf, fileName, hasProblem, lasting, moveSpeech, ofKind,
  parseClock, removeSeat, removeSpeech, sidesText, speechesOf, step, stretchesOf, textIn, usualBells,
} from './state';

const text = (en: string) => ({ en, de: '' });
const seat = (id: string) => ({ id, name: text(id) });

function speech(id: string, side: string | null, change: Partial<FormatSpeech> = {}): FormatSpeech {
  return {
    id, name: text(id), kind: 'opening', length_s: 120, side, seat: side && '1', others: [],
    bells: [{ at_s: 30, strokes: 1 }, { at_s: 105, strokes: 1 }, { at_s: 120, strokes: 2 }],
    periods: [
      { from_s: 30, kind: 'pois' }, { from_s: 105, kind: 'warning' }, { from_s: 120, kind: 'overtime' },
    ],
    is_balanced: false, turn_limit_s: 0, ...change,
  };
}

export const FORMAT: DebateFormat = {
  format_id: 'f', schema: 1, name: text('Ours'), short_name: text(''), description: text(''),
  prep_s: 300, pool_s: 0, grace_s: 15, poi: { allowed: true, is_optional: false, limit_s: 15 },
  sides: [
    { id: 'pro', name: text('Pro'), stance: 'for', seats: [seat('1'), seat('2')] },
    { id: 'con', name: text('Con'), stance: 'against', seats: [seat('1'), seat('2')] },
  ],
  phases: [
    { id: 'p1', name: text('First'), speeches: [speech('a', 'pro'), speech('b', 'con')] },
    { id: 'p2', name: text('Second'), speeches: [speech('c', 'con')] },
  ],
  scoring: {
    speaker: null, reply: null, criteria: [], teams: 'winner', can_tie: false,
    can_low_point_win: false, is_optional: false,
  },
  ballot_before: false, ballot_after: true, size: null, source: '',
  variants: [{ id: 'v', name: text('Long'), lengths: { a: 180, b: 180 } }],
};

const order = (format: DebateFormat) =>
  format.phases.map((phase) => phase.speeches.map((each) => each.id).join('')).join('|');

describe('times', () => {
  it.each([['7', 420], ['7:05', 425], [' 0:30 ', 30], ['12.15', 735]])('reads %s', (given, seconds) => {
    expect(parseClock(given)).toBe(seconds);
  });
  it.each(['', 'x', '1:60', '-1', '1:2:3'])('refuses %s', (given) => {
    expect(parseClock(given)).toBeNull();
  });
  it('writes minutes and seconds', () => {
    expect([clock(0), clock(65), clock(3600)]).toEqual(['0:00', '1:05', '60:00']);
  });
});

describe('bells and periods', () => {
  it('fills the speech with stretches and leaves overtime out', () => {
    expect(stretchesOf(speech('a', 'pro'))).toEqual([
      { from_s: 0, to_s: 30, kind: 'normal' },
      { from_s: 30, to_s: 105, kind: 'pois' },
      { from_s: 105, to_s: 120, kind: 'warning' },
    ]);
    const other = speech('a', 'pro', { periods: [{ from_s: 0, kind: 'pois' }] });
    expect(stretchesOf(other)).toEqual([{ from_s: 0, to_s: 120, kind: 'pois' }]);
  });
  it('moves what lies in the second half with the end', () => {
    const longer = lasting(speech('a', 'pro'), 180);
    expect(longer.bells.map((bell) => bell.at_s)).toEqual([30, 165, 180]);
    expect(longer.periods.map((period) => period.from_s)).toEqual([30, 165, 180]);
  });
  it.each([1, 10, 60, 300, 720])('gives usual bells that fit %i s', (length) => {
    const { bells, periods } = usualBells(length, true);
    const times = bells.map((bell) => bell.at_s);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect(times.at(-1)).toBe(length);
    expect(periods.at(-1)).toEqual({ from_s: length, kind: 'overtime' });
    expect(times[0]).toBeGreaterThan(0);
  });
});

describe('speeches', () => {
  it('steps within a phase and into its neighbour', () => {
    expect(step(FORMAT, { phase: 0, speech: 0 }, 1)).toEqual({ phase: 0, speech: 1 });
    expect(step(FORMAT, { phase: 0, speech: 1 }, 1)).toEqual({ phase: 1, speech: 0 });
    expect(step(FORMAT, { phase: 1, speech: 0 }, -1)).toEqual({ phase: 0, speech: 2 });
    expect(step(FORMAT, { phase: 0, speech: 0 }, -1)).toBeNull();
    expect(step(FORMAT, { phase: 1, speech: 0 }, 1)).toBeNull();
  });
  it('moves, and up again undoes down', () => {
    const at = { phase: 0, speech: 1 };
    const down = moveSpeech(FORMAT, at, { phase: 1, speech: 0 });
    expect(order(down)).toBe('a|bc');
    const back = step(down, { phase: 1, speech: 0 }, -1);
    expect(back && order(moveSpeech(down, { phase: 1, speech: 0 }, back))).toBe('ab|c');
    expect(order(FORMAT)).toBe('ab|c');
  });
  it('adds one for the side that did not speak last, with an id of its own', () => {
    const grown = addSpeech(FORMAT, 0);
    const added = grown.phases[0]?.speeches[2];
    expect([added?.side, added?.length_s, added?.kind]).toEqual(['pro', 120, 'opening']);
    expect(new Set(speechesOf(addSpeech(grown, 1)).map((each) => each.id)).size).toBe(5);
    expect(addPhase(FORMAT).phases[2]?.speeches).toHaveLength(1);
  });
  it('takes a speech out of the variants with itself', () => {
    const shorter = removeSpeech(FORMAT, { phase: 0, speech: 0 });
    expect(order(shorter)).toBe('b|c');
    expect(shorter.variants[0]?.lengths).toEqual({ b: 180 });
  });
  it('names the speakers a kind needs and drops the ones it cannot have', () => {
    const cross = ofKind(FORMAT, speech('a', 'pro'), 'cross');
    expect(cross.others).toEqual([{ side: 'con', seat: null }]);
    expect(cross.periods.map((period) => period.kind)).not.toContain('pois');
    expect(ofKind(FORMAT, cross, 'grand_cross').others).toHaveLength(3);
    const free = ofKind(FORMAT, cross, 'free');
    expect([free.side, free.seat, free.others, free.is_balanced]).toEqual([null, null, [], true]);
    expect(ofKind(FORMAT, free, 'closing')).toMatchObject({ side: 'pro', is_balanced: false });
  });
});

describe('sides', () => {
  it('leaves the speeches of a removed seat to the side', () => {
    const less = removeSeat(FORMAT, 1, 0);
    expect(speechesOf(less).map((each) => each.seat)).toEqual(['1', null, null]);
    expect(less.sides[1]?.seats.map((each) => each.id)).toEqual(['2']);
  });
  it('adds sides for and against in turn', () => {
    expect(addSide(FORMAT).sides.map((side) => side.stance)).toEqual(['for', 'against', 'for']);
  });
});

describe('the whole', () => {
  it('copies under another name and says its file', () => {
    const copy = copyOf(FORMAT, { en: '(copy)', de: '(Kopie)' });
    expect(copy.name).toEqual({ en: 'Ours (copy)', de: '' });
    expect(fileName(copy)).toBe('ours-copy.json');
    expect(textIn(copy.name, 'de')).toBe('Ours (copy)');
  });
  it('knows where a problem lies', () => {
    const problems = [{ code: 'x', message: 'x', field: 'phases[0].speeches[1].bells[0].at_s' }];
    expect(hasProblem(problems, 'phases[0].speeches[1]')).toBe(true);
    expect(hasProblem(problems, 'phases[0].speeches[10]')).toBe(false);
    expect(hasProblem(problems, 'phases[0].speeches')).toBe(true);
  });
  it('says how many speak', () => {
    expect([sidesText([2, 2, 2, 2]), sidesText([3, 2])]).toEqual(['4 × 2', '3 + 2']);
  });
});
