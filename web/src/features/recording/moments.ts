/** Marks of the class's timeline as the page lists them. */
import type { ChatFileView, DebateOver, TimelineMark } from '../../protocol';

export type MomentKind = TimelineMark['kind'];

export const KINDS: readonly MomentKind[] = ['chat', 'poll', 'hand', 'moment', 'screen', 'confusion',
  'speech', 'poi', 'turn', 'audience', 'result', 'breakout', 'activity', 'slide', 'whiteboard',
  'web_page'];

const HELD: readonly MomentKind[] = ['speech', 'turn', 'poi', 'audience'];

/** Who won, by the ballots and by the sheets, and what was debated. */
function resultText(mark: TimelineMark, language: string): string {
  const winners = mark.data[language.startsWith('de') ? 'winners_de' : 'winners_en'];
  const words = [...(Array.isArray(winners) ? winners : []), mark.data.motion];
  return words.filter((word) => typeof word === 'string' && word !== '').join(' · ');
}

/** A part of a debate in the reader's language: what it was, for which side, by whom. */
export function heldText(mark: TimelineMark, language: string): string | null {
  if (mark.kind === 'result') return resultText(mark, language);
  if (!HELD.includes(mark.kind)) return null;
  const tongue = language.startsWith('de') ? 'de' : 'en';
  const words = [mark.kind === 'speech' ? mark.data[`name_${tongue}`] : null, mark.data[`side_${tongue}`],
    mark.data.name];
  return words.filter((word) => typeof word === 'string' && word !== '').join(' · ');
}

/** The marks with results that were revealed after the recording was made. */
export function withResults(
  marks: readonly TimelineMark[],
  debates: readonly DebateOver[],
): TimelineMark[] {
  const known = new Set(marks.filter((mark) => mark.kind === 'result').map((mark) => mark.data.debate_id));
  const late = debates.flatMap(({ debate_id, motion, result_mark: mark }): TimelineMark[] => {
    if (mark === null || known.has(debate_id)) return [];
    const { at_ms, winners_en, winners_de } = mark;
    const label = winners_en.join(' / ');
    return [{ at_ms, kind: 'result', label, data: { debate_id, motion, winners_en, winners_de } }];
  });
  return late.length === 0 ? [...marks] : [...marks, ...late].sort((a, b) => a.at_ms - b.at_ms);
}

/** Kinds that occur, in a fixed order; one needs no choice when there is only one. */
export function kindsIn(marks: readonly TimelineMark[]): MomentKind[] {
  return KINDS.filter((kind) => marks.some((mark) => mark.kind === kind));
}

export interface PollResult {
  readonly options: readonly { readonly text: string; readonly votes: number; readonly share: number;
    readonly isKey: boolean }[];
  readonly votes: number;
  /** Numbers stand for themselves (points, words) and are no shares. */
  readonly isCount: boolean;
}

/**
 * A poll's options and tally when the mark carries them; null when the tally was never shown.
 * Shares are of the people who answered; of points (a ranking) and words, of the highest.
 */
export function pollResult(mark: TimelineMark): PollResult | null {
  const { options, tally, key, keys, kind, votes: people } = mark.data;
  if (mark.kind !== 'poll' || !Array.isArray(options) || !Array.isArray(tally)) return null;
  const votes = tally.map(Number);
  const total = votes.reduce((sum, each) => sum + each, 0);
  const isCount = kind === 'ranking' || kind === 'word_cloud';
  const whole = isCount ? Math.max(0, ...votes) : typeof people === 'number' ? people : total;
  return {
    votes: typeof people === 'number' ? people : total,
    isCount,
    options: options.map((option, index) => ({
      text: String(option),
      votes: votes[index] ?? 0,
      share: whole > 0 ? (votes[index] ?? 0) / whole : 0,
      isKey: key === index || (Array.isArray(keys) && keys.includes(index)),
    })),
  };
}

/** What was written in answer to a poll, where it may be read. */
export const pollTexts = (mark: TimelineMark): string[] =>
  mark.kind === 'poll' && Array.isArray(mark.data.texts) ? mark.data.texts.map(String) : [];

export const pollExplanation = (mark: TimelineMark): string =>
  mark.kind === 'poll' && typeof mark.data.explanation === 'string' ? mark.data.explanation : '';

/** What was sent along with a line of chat. */
export function fileOf(mark: TimelineMark): ChatFileView | null {
  const { file_id, file_name, file_type, file_bytes } = mark.data;
  if (mark.kind !== 'chat' || typeof file_id !== 'string') return null;
  return {
    file_id,
    name: String(file_name),
    media_type: String(file_type),
    octets: Number(file_bytes),
  };
}

/** Who a mark is about, by the names of the recording. */
export function nameOf(mark: TimelineMark, names: Readonly<Record<string, string>>): string | null {
  const { participant_id: id, name } = mark.data;
  if (typeof name === 'string' && name !== '') return name;
  return typeof id === 'string' ? (names[id] ?? null) : null;
}

/** Title of what of the agenda took most of a chapter's time. */
export function activityIn(
  chapter: { start_ms: number; end_ms: number },
  marks: readonly TimelineMark[],
): string | null {
  let title: string | null = null;
  let longest = 0;
  for (const mark of marks) {
    if (mark.kind !== 'activity') continue;
    const end = Math.min(Number(mark.data.end_ms ?? mark.at_ms), chapter.end_ms);
    const shared = end - Math.max(mark.at_ms, chapter.start_ms);
    if (shared <= longest) continue;
    longest = shared;
    title = mark.label;
  }
  return title;
}
