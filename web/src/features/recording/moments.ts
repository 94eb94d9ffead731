/** Marks of the class's timeline as the page lists them. */
import type { TimelineMark } from '../../protocol';

export type MomentKind = TimelineMark['kind'];

export const KINDS: readonly MomentKind[] = ['chat', 'poll', 'hand', 'moment', 'screen', 'confusion'];

/** Kinds that occur, in a fixed order; one needs no choice when there is only one. */
export function kindsIn(marks: readonly TimelineMark[]): MomentKind[] {
  return KINDS.filter((kind) => marks.some((mark) => mark.kind === kind));
}

export interface PollResult {
  readonly options: readonly { readonly text: string; readonly votes: number; readonly share: number;
    readonly isKey: boolean }[];
  readonly votes: number;
}

/** A poll's options and tally when the mark carries them; null when the tally was never shown. */
export function pollResult(mark: TimelineMark): PollResult | null {
  const { options, tally, key } = mark.data;
  if (mark.kind !== 'poll' || !Array.isArray(options) || !Array.isArray(tally)) return null;
  const votes = tally.map(Number);
  const total = votes.reduce((sum, each) => sum + each, 0);
  return {
    votes: total,
    options: options.map((option, index) => ({
      text: String(option),
      votes: votes[index] ?? 0,
      share: total > 0 ? (votes[index] ?? 0) / total : 0,
      isKey: key === index,
    })),
  };
}

/** Who a mark is about, by the names of the recording. */
export function nameOf(mark: TimelineMark, names: Readonly<Record<string, string>>): string | null {
  const { participant_id: id, name } = mark.data;
  if (typeof name === 'string' && name !== '') return name;
  return typeof id === 'string' ? (names[id] ?? null) : null;
}
