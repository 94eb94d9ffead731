import { describe, expect, test } from 'vitest';

import { parsePoll } from '../polls/parse';
import { pollTextOf } from './poll';

const parsed = (lines: string[]) => {
  const text = pollTextOf(lines.join('\n'));
  const poll = parsePoll(text);
  return poll && { kind: poll.kind, question: poll.question, options: poll.options };
};

describe('a poll from a slide', () => {
  test('the question above A) B) C), without the title', () => {
    const lines = ['Printing', 'What did Gutenberg change?', 'A) the paper', 'B) the type', 'C) the ink'];
    expect(parsed(lines)).toEqual({
      kind: 'single',
      question: 'What did Gutenberg change?',
      options: ['the paper', 'the type', 'the ink'],
    });
  });

  test('a question broken into two lines, and what follows the options is left out', () => {
    const lines = ['Quiz', 'Which of these did the press', 'make cheaper?', 'a. books', 'b. bread', 'Page 4'];
    expect(parsed(lines)).toMatchObject({
      question: 'Which of these did the press make cheaper?',
      options: ['books', 'bread'],
    });
  });

  test('a title that is the question', () => {
    expect(parsed(['Who was first?', '(A) Gutenberg', '(B) Caxton'])).toMatchObject({
      question: 'Who was first?',
      options: ['Gutenberg', 'Caxton'],
    });
  });

  test('true or false, in both languages', () => {
    expect(parsed(['Paper', 'True or false: paper came from China'])).toEqual({
      kind: 'true_false',
      question: 'paper came from China',
      options: ['True', 'False'],
    });
    expect(parsed(['Wahr oder falsch?', 'Papier kam aus China'])).toMatchObject({
      kind: 'true_false',
      options: ['Wahr', 'Falsch'],
    });
  });

  test('plain bullets are options only under a question', () => {
    expect(parsed(['Why print?', '- cheap', '- quick'])).toMatchObject({ options: ['cheap', 'quick'] });
    expect(pollTextOf('Why print\n- cheap\n- quick')).toBe('');
  });

  test('a question alone asks for a text; a slide that asks nothing gives nothing', () => {
    expect(parsed(['Paper', 'Where did it come from?'])).toMatchObject({
      kind: 'short_text',
      question: 'Where did it come from?',
    });
    expect(pollTextOf('Paper\nIt came from China.')).toBe('');
    expect(pollTextOf('')).toBe('');
  });
});
