/** A debate's result as data: how opinions moved, and what the sheets came to. */
export const CHOICES = ['for', 'against', 'undecided'] as const;
export type Choice = (typeof CHOICES)[number];
type Counts = Record<Choice, number>;

export interface BallotResult {
  before: Counts;
  after: Counts;
  matrix: number[][];
  turnout: { before: number; after: number; both: number };
  shift: Counts;
  winner: 'for' | 'against' | 'draw';
}

export interface SideResult {
  side: string;
  total: number | null;
  place: number | null;
  ballots: number;
}

export interface SpeakerResult {
  seat: string;
  participant_id: string;
  points: number;
  place: number;
}

export interface SheetResult {
  adjudicator_id: string;
  points: Record<string, number>;
  ranks: Record<string, number>;
}

export interface DebateResult {
  ballot: BallotResult | null;
  sides: SideResult[];
  speakers: SpeakerResult[];
  sheets: SheetResult[];
  winner: string | null;
}

/** `+ 12.5`, `− 3`, `± 0`: signs as in print. */
export function signed(value: number): string {
  const size = Number.isInteger(value) ? String(Math.abs(value)) : Math.abs(value).toFixed(1);
  return value === 0 ? '±0' : `${value > 0 ? '+' : '−'}${size}`;
}

/** Shares in percent of one count; all 0 where nobody voted. */
export function shares(counts: Counts): Counts {
  const sum = CHOICES.reduce((total, one) => total + counts[one], 0);
  const share = (one: Choice) => (sum === 0 ? 0 : Math.round((1000 * counts[one]) / sum) / 10);
  return { for: share('for'), against: share('against'), undecided: share('undecided') };
}
