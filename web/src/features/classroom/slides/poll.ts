/** A poll out of what stands on a slide. */
import { BULLET } from '../polls/parse';

const TRUE_OR_FALSE = /^(?:true or false|true\/false|wahr oder falsch|richtig oder falsch)\s*[:?–-]?\s*/i;
const LABELLED = /^\s*(?:\(?[A-Ja-j][.)]|\[[ xX]\])\s*\S/;

/**
 * The lines of a slide that ask something, as text for `parsePoll`: a question and its options, a
 * true-or-false, or a question alone. Options are lines with A) B) C) or boxes; plain bullets only
 * where a question stands right before them, because most slides are bullets. "" where nothing is
 * asked.
 */
export function pollTextOf(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const tested = lines.findIndex((line) => TRUE_OR_FALSE.test(line));
  if (tested >= 0) {
    const said = (lines[tested] ?? '').replace(TRUE_OR_FALSE, '') || (lines[tested + 1] ?? '');
    const words = /^(?:true)/i.test(lines[tested] ?? '') ? ['True', 'False'] : ['Wahr', 'Falsch'];
    return said === '' ? '' : [said, ...words.map((word) => `- ${word}`)].join('\n');
  }
  for (const isOption of [LABELLED, BULLET]) {
    const first = lines.findIndex((line) => isOption.test(line));
    if (first < 0) continue;
    const end = lines.findIndex((line, at) => at > first && !isOption.test(line));
    const options = lines.slice(first, end < 0 ? undefined : end);
    const question = asked(lines.slice(0, first), isOption === BULLET);
    if (options.length >= 2 && question !== '') return [question, ...options].join('\n');
  }
  return lines.findLast((line) => line.endsWith('?')) ?? '';
}

/** The lines that end with the question, back to the one before that ends something else. */
function asked(before: string[], needsMark: boolean): string {
  const last = before.at(-1) ?? '';
  if (needsMark && !last.endsWith('?')) return '';
  const question = [last];
  for (const line of before.slice(1, -1).reverse()) {
    // A line broken in two goes on in small letters.
    if (!/^\p{Ll}/u.test(question[0] ?? '')) break;
    question.unshift(line);
  }
  return question.join(' ');
}
