/** A poll from text that was copied off a slide or written in a hurry. */
import { emptyDraft, MOST_OPTIONS, type PollDraft } from './kinds';

export const BULLET = /^\s*(?:([-–•])|(\*)|\[([ xX])\]|\(?([A-Ja-j]|\d{1,2})[.)])\s*(.*)$/;
const INLINE = /\s+(?=[-–•*]\s)/;

const TRUE = new Set(['true', 'yes', 'wahr', 'richtig', 'ja']);
const FALSE = new Set(['false', 'no', 'falsch', 'nein']);

interface Line {
  text: string;
  isMarked: boolean;
}

/**
 * The first lines without a bullet are the question, the others are its options. Bullets are
 * `-`, `•`, `1.`, `a)` and `[ ]`; where only some lines have `*` or `[x]`, those are the right
 * ones. `Question? - a - b * c` on one line is understood too. Without options it asks for a
 * text. Null for nothing.
 */
export function parsePoll(source: string): PollDraft | null {
  const lines = source
    .split(/\r?\n/)
    .flatMap((line) => (BULLET.test(line) ? [line] : splitInline(line)))
    .filter((line) => line.trim() !== '');
  const question: string[] = [];
  const options: Line[] = [];
  for (const line of lines) {
    const found = BULLET.exec(line);
    if (found?.[5]?.trim()) {
      const isMarked = found[2] !== undefined || found[3]?.toLowerCase() === 'x';
      options.push({ text: found[5].trim(), isMarked });
    } else if (options.length === 0) {
      question.push(line.trim());
    }
  }
  const asked = question.join(' ').replace(/\s+/g, ' ').slice(0, 200);
  if (asked === '') return null;
  const distinct = options
    .filter((one, at) => options.findIndex((other) => other.text === one.text) === at)
    .slice(0, MOST_OPTIONS);
  const base = { ...emptyDraft(), question: asked };
  if (distinct.length < 2) return { ...base, kind: 'short_text' };
  const marked = distinct.flatMap((one, at) => (one.isMarked ? [at] : []));
  const keys = marked.length < distinct.length ? marked : [];
  const texts = distinct.map((one) => one.text.slice(0, 200));
  return { ...base, options: texts, keys, kind: kindOf(texts, keys) };
}

/** Only after a question: a dash within a sentence is no bullet. */
function splitInline(line: string): string[] {
  const end = line.search(/[?:]\s+[-–•*]\s/);
  if (end < 0) return [line];
  return [
    line.slice(0, end + 1),
    ...line
      .slice(end + 1)
      .trim()
      .split(INLINE),
  ];
}

function kindOf(options: string[], keys: number[]): PollDraft['kind'] {
  if (keys.length > 1) return 'multiple';
  const [first = '', second = ''] = options.map((option) => option.toLowerCase());
  if (options.length === 2 && TRUE.has(first) && FALSE.has(second)) return 'true_false';
  return 'single';
}
