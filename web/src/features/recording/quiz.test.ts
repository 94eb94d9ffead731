import { describe, expect, it } from 'vitest';
import type { Item, ResponseResult } from '../../protocol';
import { attemptAt, quiz, quizOf, score, shownItem } from './quiz';

function item(id: string, end_ms: number, state: Item['state'] = 'accepted'): Item {
  return {
    item_id: id, state, stem: `${id}?`, options: [], evidence: '', chapter_id: null,
    evidence_start_ms: end_ms - 1_000, evidence_end_ms: end_ms, origin: 'fact',
  };
}
const RIGHT: ResponseResult = {
  is_right: true, key_option_id: 'b', feedback: null, evidence: 'said', evidence_start_ms: 0,
  evidence_end_ms: 1_000,
};
const start = quizOf([item('late', 60_000), item('early', 30_000), item('draft', 1, 'draft')]);

function answer(state = start, id = 'early', result = RIGHT) {
  const opened = quiz(state, { kind: 'opened', itemId: id });
  const chosen = quiz(opened, { kind: 'chose', optionId: 'b' });
  return quiz(quiz(chosen, { kind: 'sent' }), { kind: 'answered', itemId: id, result });
}

describe('quiz', () => {
  it('asks accepted items only, in their order in the recording', () => {
    expect(start.items.map((each) => each.item_id)).toEqual(['early', 'late']);
  });
  it('shows the item whose place the playhead passed', () => {
    expect(shownItem(quiz(start, { kind: 'played_to', atMs: 61_000 }))?.item_id).toBe('late');
    expect(quiz(start, { kind: 'played_to', atMs: 10 })).toBe(start);
  });
  it('does not move on in the middle of an answer', () => {
    const chosen = quiz(start, { kind: 'chose', optionId: 'a' });
    expect(quiz(chosen, { kind: 'played_to', atMs: 61_000 })).toBe(chosen);
  });
  it('does not move away from an item the learner opened', () => {
    const opened = quiz(start, { kind: 'opened', itemId: 'early' });
    expect(quiz(opened, { kind: 'played_to', atMs: 61_000 })).toBe(opened);
  });
  it('steps within the items', () => {
    expect(quiz(start, { kind: 'stepped', by: -1 }).shown).toBe(0);
    const last = quiz(quiz(start, { kind: 'stepped', by: 1 }), { kind: 'stepped', by: 1 });
    expect(last.shown).toBe(1);
  });
  it('takes one answer, and no change once answered', () => {
    const answered = answer();
    expect(attemptAt(answered, shownItem(answered)).result).toBe(RIGHT);
    expect(quiz(answered, { kind: 'chose', optionId: 'c' })).toBe(answered);
  });
  it('sends nothing without a choice', () => {
    expect(quiz(start, { kind: 'sent' })).toBe(start);
  });
  it('keeps the choice when sending failed', () => {
    const sent = quiz(quiz(start, { kind: 'chose', optionId: 'a' }), { kind: 'sent' });
    const failed = quiz(sent, { kind: 'failed', itemId: 'early', message: 'offline' });
    expect(attemptAt(failed, shownItem(failed))).toEqual({
      optionId: 'a', isSending: false, result: null, error: 'offline',
    });
  });
  it('scores what was answered', () => {
    const one = answer();
    const two = answer(one, 'late', { ...RIGHT, is_right: false });
    expect(score(start)).toEqual({ right: 0, answered: 0, total: 2 });
    expect(score(two)).toEqual({ right: 1, answered: 2, total: 2 });
  });
  it('keeps answers when the items are loaded again', () => {
    const again = quiz(answer(), { kind: 'loaded', items: [item('early', 30_000)] });
    expect(score(again)).toEqual({ right: 1, answered: 1, total: 1 });
  });
});
