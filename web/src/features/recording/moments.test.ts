import { expect, it } from 'vitest';

import type { TimelineMark } from '../../protocol';
import { activityIn, fileOf, heldText, kindsIn, nameOf, pollExplanation, pollResult, pollTexts, withResults } from './moments';

function mark(kind: TimelineMark['kind'], data: TimelineMark['data'] = {}): TimelineMark {
  return { at_ms: 0, kind, label: 'L', data };
}

it('lists the kinds that occur in a fixed order', () => {
  expect(kindsIn([mark('poll'), mark('chat'), mark('poll')])).toEqual(['chat', 'poll']);
  expect(kindsIn([])).toEqual([]);
});

it('reads a tally with its shares, and none where none was shown', () => {
  const result = pollResult(mark('poll', { options: ['a', 'b'], tally: [3, 1], key: 0 }));
  expect(result?.votes).toBe(4);
  expect(result?.options[0]).toEqual({ text: 'a', votes: 3, share: 0.75, isKey: true });
  expect(pollResult(mark('poll', { options: ['a', 'b'], tally: null }))).toBeNull();
  expect(pollResult(mark('poll', { options: ['a'], tally: [0] }))?.options[0]?.share).toBe(0);
  expect(pollResult(mark('chat', { options: ['a'], tally: [1] }))).toBeNull();
});

it('reads polls of other kinds: shares of people, points as they are, texts', () => {
  const several = mark('poll', {
    kind: 'multiple', options: ['a', 'b'], tally: [3, 4], votes: 4, keys: [1],
  });
  expect(pollResult(several)?.options.map((one) => [one.share, one.isKey])).toEqual([
    [0.75, false],
    [1, true],
  ]);
  const order = mark('poll', { kind: 'ranking', options: ['a', 'b'], tally: [6, 3], votes: 3 });
  expect(pollResult(order)).toMatchObject({ votes: 3, isCount: true });
  expect(pollResult(order)?.options[1]?.share).toBe(0.5);
  const texts = mark('poll', { kind: 'short_text', options: [], texts: ['So', 'Thus'], explanation: 'Hm' });
  expect(pollResult(texts)).toBeNull();
  expect([pollTexts(texts), pollExplanation(texts)]).toEqual([['So', 'Thus'], 'Hm']);
  expect([pollTexts(mark('chat')), pollExplanation(mark('poll'))]).toEqual([[], '']);
});

it('names the person when the recording knows them', () => {
  expect(nameOf(mark('chat', { participant_id: 'p1' }), { p1: 'Mei Lin' })).toBe('Mei Lin');
  expect(nameOf(mark('chat', { participant_id: 'p2' }), { p1: 'Mei Lin' })).toBeNull();
  expect(nameOf(mark('chat', { name: 'Leo' }), {})).toBe('Leo');
});

it('says who held which speech for which side, in the reader’s language', () => {
  const data = { name_en: 'Opening', name_de: 'Eröffnung', side_en: 'Pro', side_de: 'Pro', name: 'Ada' };
  expect(heldText(mark('speech', data), 'de-CH')).toBe('Eröffnung · Pro · Ada');
  expect(heldText(mark('poi', data), 'en')).toBe('Pro · Ada');
  expect(heldText(mark('speech', { ...data, name: '' }), 'en')).toBe('Opening · Pro');
  expect(heldText(mark('chat', data), 'en')).toBeNull();
  const won = { winners_en: ['For', 'Pro'], winners_de: ['Dafür', 'Pro'], motion: 'Cars' };
  expect(heldText(mark('result', won), 'de')).toBe('Dafür · Pro · Cars');
});

it('AG11 a chapter is of the activity that took most of its time', () => {
  const at = (at_ms: number, end_ms: number, label: string): TimelineMark => ({
    at_ms, kind: 'activity', label, data: { end_ms },
  });
  const marks = [at(0, 60_000, 'Talk'), at(60_000, 200_000, 'Poll')];
  expect(activityIn({ start_ms: 40_000, end_ms: 100_000 }, marks)).toBe('Poll');
  expect(activityIn({ start_ms: 10_000, end_ms: 80_000 }, marks)).toBe('Talk');
  expect(activityIn({ start_ms: 300_000, end_ms: 400_000 }, marks)).toBeNull();
});

it('puts a result that was revealed later on the timeline, once', () => {
  const over = { debate_id: 'd1', motion: 'M', result_mark: { at_ms: 5, winners_en: ['For'], winners_de: ['Dafür'] } };
  const speech = { ...mark('speech', { debate_id: 'd1' }), at_ms: 9 };
  const shown = withResults([speech], [over as never]);
  expect(shown.map((one) => one.kind)).toEqual(['result', 'speech']);
  expect(shown[0] && heldText(shown[0], 'de')).toBe('Dafür · M');
  expect(withResults(shown, [over as never])).toHaveLength(2);
  expect(withResults([speech], [{ ...over, result_mark: null } as never])).toEqual([speech]);
});

it('FI9 finds the file that came with a line of chat', () => {
  const sent = { file_id: 'f1', file_name: 'plan.pdf', file_type: 'application/pdf', file_bytes: 9 };
  const file = { file_id: 'f1', name: 'plan.pdf', media_type: 'application/pdf', octets: 9 };
  expect(fileOf(mark('chat', sent))).toEqual(file);
  expect([fileOf(mark('chat')), fileOf(mark('poll', sent))]).toEqual([null, null]);
});
