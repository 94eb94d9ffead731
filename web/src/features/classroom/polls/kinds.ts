/**
 * Polls by kind, without a view: what a form holds, what is sent, and what is wrong with it. The
 * same rules as the server's (docs/rules.md, PO2 and PO9), said before sending.
 */
import type { Audience, CreatePoll, PollView } from '../../../protocol';

export type PollKind = PollView['kind'];
export type PollAnswer = NonNullable<PollView['own_answer']>;

export const KINDS: readonly PollKind[] = [
  'single',
  'multiple',
  'true_false',
  'rating',
  'ranking',
  'matching',
  'word_cloud',
  'short_text',
  'numeric',
];

export const MOST_OPTIONS = 10;
export const LONGEST = 200;
export const LONGEST_TEXT = 280;
export const LONGEST_WORD = 40;
export const LONGEST_EXPLANATION = 500;
export const LIMITS_S: readonly number[] = [30, 60, 120, 300, 600];

export const hasOptions = (kind: PollKind): boolean =>
  ['single', 'multiple', 'true_false', 'ranking', 'matching'].includes(kind);

/** A form's fields, as typed. `targets[i]` is what `options[i]` is matched to. */
export interface PollDraft {
  kind: PollKind;
  question: string;
  options: string[];
  targets: string[];
  low: string;
  high: string;
  lowLabel: string;
  highLabel: string;
  unit: string;
  words: number;
  /** The right options; the first one alone counts where there is one only. */
  keys: number[];
  /** Ranking and matching: the rows as written are right. */
  isAsWritten: boolean;
  rightNumber: string;
  tolerance: string;
  explanation: string;
  audience: Audience;
  isAnonymous: boolean;
  canChange: boolean;
  limitS: number | null;
}

export const emptyDraft = (): PollDraft => ({
  kind: 'single',
  question: '',
  options: ['', ''],
  targets: ['', ''],
  low: '',
  high: '',
  lowLabel: '',
  highLabel: '',
  unit: '',
  words: 1,
  keys: [],
  isAsWritten: false,
  rightNumber: '',
  tolerance: '',
  explanation: '',
  audience: 'all',
  isAnonymous: false,
  canChange: true,
  limitS: null,
});

const text = (value: number | undefined): string => (value === undefined ? '' : String(value));

/** A poll as it is edited, or asked once more. */
export function draftOf(poll: PollView): PollDraft {
  const right = Array.isArray(poll.right) ? poll.right.map(Number) : null;
  const base = emptyDraft();
  const draft: PollDraft = {
    ...base,
    kind: poll.kind,
    question: poll.question,
    options: hasOptions(poll.kind) ? poll.options : base.options,
    low: text(poll.scale?.[0]),
    high: text(poll.scale?.[1]),
    lowLabel: poll.kind === 'rating' ? (poll.labels[0] ?? '') : '',
    highLabel: poll.kind === 'rating' ? (poll.labels[1] ?? '') : '',
    unit: poll.kind === 'numeric' ? (poll.labels[0] ?? '') : '',
    words: poll.words,
    keys: poll.key !== null ? [poll.key] : poll.kind === 'multiple' && right ? right : [],
    rightNumber: typeof poll.right === 'number' ? String(poll.right) : '',
    tolerance: poll.tolerance > 0 ? String(poll.tolerance) : '',
    explanation: poll.explanation,
    audience: poll.audience,
    isAnonymous: poll.is_anonymous,
    canChange: poll.can_change || poll.is_anonymous,
    limitS: poll.limit_s,
  };
  if (poll.kind === 'ranking' && right) {
    return {
      ...draft,
      options: right.map((at) => poll.options[at] ?? ''),
      isAsWritten: true,
    };
  }
  if (poll.kind === 'matching') {
    const paired = right ? right.map((at) => poll.targets[at] ?? '') : [];
    const others = poll.targets.filter((target) => !paired.includes(target));
    return {
      ...draft,
      targets: [...paired, ...others],
      isAsWritten: right !== null,
    };
  }
  return draft;
}

/** `3,5` and `3.5` alike; null for what is no number. */
export function numberIn(value: string): number | null {
  const cleaned = value.trim().replace(',', '.');
  if (cleaned === '') return null;
  const number = Number(cleaned);
  return Number.isFinite(number) ? number : null;
}

export type Trouble =
  'question' | 'tooFew' | 'same' | 'unpaired' | 'scale' | 'points' | 'rightNumber' | 'outside';

const written = (texts: string[]): string[] => texts.map((one) => one.trim()).filter(Boolean);

const repeats = (texts: string[]): boolean => new Set(texts).size < texts.length;

/** What is wrong with a draft, or null. */
export function troubleOf(draft: PollDraft): Trouble | null {
  const { kind } = draft;
  if (draft.question.trim() === '') return 'question';
  if (hasOptions(kind)) {
    const options = written(draft.options);
    if (options.length < 2) return 'tooFew';
    if (repeats(options)) return 'same';
  }
  if (kind === 'matching') {
    const count = draft.options.findLastIndex((option) => option.trim() !== '') + 1;
    for (let row = 0; row < count; row += 1) {
      const isBlank = !draft.options[row]?.trim();
      if (isBlank || !draft.targets[row]?.trim()) return 'unpaired';
    }
    if (repeats(written(draft.targets))) return 'same';
  }
  const low = numberIn(draft.low);
  const high = numberIn(draft.high);
  if (kind === 'rating' && low !== null && high !== null) {
    if (low >= high) return 'scale';
    if (!Number.isInteger(low) || !Number.isInteger(high) || high - low > 10) return 'points';
  }
  if (kind === 'numeric') {
    const hasLow = draft.low.trim() !== '';
    if (hasLow !== (draft.high.trim() !== '')) return 'scale';
    if (hasLow && (low === null || high === null || low >= high)) return 'scale';
    if (draft.rightNumber.trim() !== '') {
      const right = numberIn(draft.rightNumber);
      if (right === null) return 'rightNumber';
      if (low !== null && high !== null && (right < low || right > high)) return 'outside';
    }
  }
  return null;
}

export type PollBody = Omit<CreatePoll, 'type' | 'opens'>;

/** What is sent for a draft without trouble. */
export function bodyOf(draft: PollDraft): PollBody {
  const { kind } = draft;
  const low = numberIn(draft.low);
  const high = numberIn(draft.high);
  const body: PollBody = {
    kind,
    question: draft.question.trim(),
    options: [],
    audience: draft.audience,
    is_anonymous: draft.isAnonymous,
    explanation: draft.explanation.trim(),
    can_change: draft.canChange && !draft.isAnonymous,
    limit_s: draft.limitS,
    key: null,
    right: null,
  };
  if (kind === 'single' || kind === 'multiple' || kind === 'true_false') {
    const kept = draft.options
      .map((option, at) => ({
        option: option.trim(),
        isRight: draft.keys.includes(at),
      }))
      .filter(({ option }) => option !== '');
    body.options = kept.map(({ option }) => option);
    const keys = kept.flatMap(({ isRight }, at) => (isRight ? [at] : []));
    if (kind === 'multiple') body.right = keys.length > 0 ? keys : null;
    else body.key = keys[0] ?? null;
  }
  if (kind === 'ranking') {
    const options = written(draft.options);
    // Shown in an order that does not give the right one away.
    const shown = draft.isAsWritten ? [...options].sort((a, b) => a.localeCompare(b)) : options;
    body.options = shown;
    if (draft.isAsWritten) body.right = options.map((option) => shown.indexOf(option));
  }
  if (kind === 'matching') {
    const options = written(draft.options);
    body.options = options;
    body.targets = written(draft.targets);
    body.right = draft.isAsWritten ? options.map((_, at) => at) : null;
  }
  if (kind === 'rating') {
    body.scale = [low ?? 1, high ?? 5];
    const labels = [draft.lowLabel.trim(), draft.highLabel.trim()];
    body.labels = labels.some(Boolean) ? labels : [];
  }
  if (kind === 'numeric') {
    if (low !== null && high !== null) body.scale = [low, high];
    body.labels = draft.unit.trim() ? [draft.unit.trim()] : [];
    body.right = numberIn(draft.rightNumber);
    if (body.right !== null) body.tolerance = Math.max(0, numberIn(draft.tolerance) ?? 0);
  }
  if (kind === 'word_cloud') body.words = draft.words;
  return body;
}
