import { describe, expect, test } from 'vitest';

import { aPoll } from '../fixtures';
import { bodyOf, draftOf, emptyDraft, numberIn, type PollDraft, troubleOf } from './kinds';
import { parsePoll } from './parse';
import {
  cloudOf,
  figuresOf,
  histogram,
  matchRows,
  optionRows,
  ownIsRight,
  pairsRight,
  rankRows,
  ratingRows,
} from './results';

const draft = (over: Partial<PollDraft>): PollDraft => ({
  ...emptyDraft(),
  question: 'Why?',
  options: ['b', 'a'],
  ...over,
});

describe('a draft', () => {
  test.each<[Partial<PollDraft>, string | null]>([
    [{}, null],
    [{ question: ' ' }, 'question'],
    [{ options: ['a', ' '] }, 'tooFew'],
    [{ options: ['a', 'a '] }, 'same'],
    [{ kind: 'matching', targets: ['x', 'y'] }, null],
    [{ kind: 'matching', targets: ['x', ''] }, 'unpaired'],
    [{ kind: 'matching', targets: ['x', 'x'] }, 'same'],
    [{ kind: 'matching', options: ['a', 'b', ''], targets: ['x', 'y', ''] }, null],
    [{ kind: 'rating' }, null],
    [{ kind: 'rating', low: '5', high: '1' }, 'scale'],
    [{ kind: 'rating', low: '0', high: '11' }, 'points'],
    [{ kind: 'rating', low: '0,5', high: '3' }, 'points'],
    [{ kind: 'numeric' }, null],
    [{ kind: 'numeric', low: '1' }, 'scale'],
    [{ kind: 'numeric', low: 'x', high: '2' }, 'scale'],
    [{ kind: 'numeric', rightNumber: 'many' }, 'rightNumber'],
    [{ kind: 'numeric', low: '1', high: '2', rightNumber: '3' }, 'outside'],
    [{ kind: 'short_text', options: [] }, null],
    [{ kind: 'word_cloud', options: [] }, null],
  ])('%j: %s', (over, trouble) => expect(troubleOf(draft(over))).toBe(trouble));

  test('what is sent, by kind', () => {
    expect(bodyOf(draft({ keys: [1] }))).toMatchObject({
      options: ['b', 'a'],
      key: 1,
      right: null,
    });
    expect(bodyOf(draft({ options: ['', 'b', 'a'], keys: [2] }))).toMatchObject({
      options: ['b', 'a'],
      key: 1,
    });
    expect(bodyOf(draft({ kind: 'multiple', keys: [0, 1] }))).toMatchObject({
      key: null,
      right: [0, 1],
    });
    // The order shown does not give the right one away.
    expect(bodyOf(draft({ kind: 'ranking', isAsWritten: true }))).toMatchObject({
      options: ['a', 'b'],
      right: [1, 0],
    });
    expect(
      bodyOf(
        draft({
          kind: 'matching',
          targets: ['x', 'y', 'z'],
          isAsWritten: true,
        }),
      ),
    ).toMatchObject({ targets: ['x', 'y', 'z'], right: [0, 1] });
    expect(bodyOf(draft({ kind: 'rating', lowLabel: 'Never' }))).toMatchObject({
      scale: [1, 5],
      labels: ['Never', ''],
      options: [],
    });
    expect(
      bodyOf(
        draft({
          kind: 'numeric',
          rightNumber: '3,5',
          tolerance: '0.5',
          unit: 'm',
        }),
      ),
    ).toMatchObject({ right: 3.5, tolerance: 0.5, labels: ['m'] });
    expect(bodyOf(draft({ isAnonymous: true })).can_change).toBe(false);
  });

  test('asked again it is the same poll', () => {
    const sent = bodyOf(
      draft({
        kind: 'ranking',
        isAsWritten: true,
        limitS: 30,
        explanation: 'So',
      }),
    );
    const poll = aPoll({
      ...sent,
      question: sent.question,
      options: sent.options ?? [],
      right: sent.right ?? null,
      targets: [],
      labels: [],
      scale: null,
      kind: 'ranking',
      key: null,
      limit_s: 30,
    });
    expect(draftOf(poll)).toMatchObject({
      options: ['b', 'a'],
      isAsWritten: true,
      limitS: 30,
    });
    expect(bodyOf(draftOf(poll))).toEqual(sent);
    const matching = aPoll({
      kind: 'matching',
      options: ['Ghent', 'Oslo'],
      targets: ['Belgium', 'Norway', 'Spain'],
      right: [0, 1],
    });
    expect(draftOf(matching).targets).toEqual(['Belgium', 'Norway', 'Spain']);
    expect(draftOf({ ...matching, right: [1, 0] }).targets).toEqual(['Norway', 'Belgium', 'Spain']);
  });

  test('numbers with a comma or a point', () => {
    expect([numberIn('3,5'), numberIn(' -2 '), numberIn(''), numberIn('3 m')]).toEqual([
      3.5,
      -2,
      null,
      null,
    ]);
  });
});

describe('a poll from text', () => {
  test.each<[string, Partial<PollDraft>]>([
    [
      'Who?\n- a\n- b\n- c',
      { question: 'Who?', options: ['a', 'b', 'c'], keys: [], kind: 'single' },
    ],
    ['Who? - a - b * c', { options: ['a', 'b', 'c'], keys: [2], kind: 'single' }],
    ['Who?\n* a\n* b', { options: ['a', 'b'], keys: [], kind: 'single' }],
    ['Which?\n- a\n* b\n* c', { keys: [1, 2], kind: 'multiple' }],
    ['Which?\n[ ] a\n[x] b', { options: ['a', 'b'], keys: [1] }],
    ['Which?\n1. a\n2) b', { options: ['a', 'b'] }],
    ['Which?\na) one\nb) two', { options: ['one', 'two'] }],
    ['Is it\nso?\n- True\n* False', { question: 'Is it so?', kind: 'true_false', keys: [1] }],
    ['Why so?', { question: 'Why so?', kind: 'short_text' }],
    ['A well-known - and old - story?', { question: 'A well-known - and old - story?' }],
    ['Who?\n- a\n- a\n- b', { options: ['a', 'b'] }],
  ])('%j', (text, expected) => expect(parsePoll(text)).toMatchObject(expected));

  test('nothing is no poll', () => {
    expect(parsePoll(' \n ')).toBeNull();
    expect(parsePoll('- a\n- b')).toBeNull();
  });
});

describe('results', () => {
  test('several choices are shares of people', () => {
    const poll = aPoll({
      kind: 'multiple',
      tally: [3, 1],
      voted_count: 4,
      right: [0],
    });
    expect(optionRows(poll).map((row) => [row.share, row.isRight])).toEqual([
      [0.75, true],
      [0.25, false],
    ]);
  });

  test('ratings have ends in words, a mean and a median', () => {
    const poll = aPoll({
      kind: 'rating',
      scale: [1, 3],
      labels: ['Low', 'High'],
      tally: [1, 0, 3],
    });
    expect(ratingRows(poll).map((row) => row.label)).toEqual(['1 · Low', '2', '3 · High']);
    expect(figuresOf(poll)).toEqual({ mean: 2.5, median: 3 });
    expect(figuresOf({ ...poll, tally: [1, 0, 1] })?.median).toBe(2);
    expect(figuresOf({ ...poll, tally: [0, 0, 0] })).toBeNull();
  });

  test('many numbers are put into steps that can be read', () => {
    const values = Array.from({ length: 40 }, (_, at) => String(1400 + at * 2.5));
    const poll = aPoll({
      kind: 'numeric',
      entries: values,
      tally: values.map(() => 1),
      right: 1455,
      tolerance: 5,
    });
    const rows = histogram(poll);
    expect(rows[0]?.label).toBe('1400 – 1420');
    expect(rows.reduce((all, row) => all + row.count, 0)).toBe(40);
    expect(rows.filter((row) => row.isRight).map((row) => row.label)).toEqual([
      '1440 – 1460',
      '1460 – 1480',
    ]);
    expect(
      histogram({ ...poll, entries: ['1', '2'], tally: [1, 3] }).map((row) => row.label),
    ).toEqual(['1', '2']);
  });

  test('rankings by mean place, with points', () => {
    const poll = aPoll({
      kind: 'ranking',
      tally: [1, 2, 2, 1],
      voted_count: 3,
    });
    expect(rankRows(poll).map((row) => [row.label, row.points])).toEqual([
      ['Caxton', 2],
      ['Gutenberg', 1],
    ]);
    expect(rankRows({ ...poll, tally: [0, 0, 0, 0] })[0]?.share).toBe(0);
  });

  test('pairs', () => {
    const poll = aPoll({
      kind: 'matching',
      targets: ['x', 'y', 'z'],
      tally: [2, 1, 0, 0, 3, 0],
      right: [0, 1],
    });
    expect(pairsRight(poll)).toBeCloseTo(5 / 6);
    expect(matchRows(poll)[0]?.cells.map((cell) => cell.label)).toEqual(['x', 'y']);
    expect(pairsRight({ ...poll, right: null })).toBeNull();
  });

  test('words grow with their number', () => {
    const words = cloudOf(
      aPoll({ kind: 'word_cloud', entries: ['a', 'b', 'c'], tally: [5, 2, 1] }),
    );
    expect(words.map((word) => word.size)).toEqual([2.2, 1.6, 1]);
  });

  test('whether one is right oneself', () => {
    expect(ownIsRight(aPoll({ key: 1, own_vote: 1 }))).toBe(true);
    expect(ownIsRight(aPoll({ kind: 'multiple', right: [0, 1], own_answer: [0] }))).toBe(false);
    expect(ownIsRight(aPoll({ kind: 'numeric', right: 3, tolerance: 1, own_answer: 4 }))).toBe(
      true,
    );
    expect(ownIsRight(aPoll({ own_vote: 1 }))).toBeNull();
  });
});
