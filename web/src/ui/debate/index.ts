export { DebateResults, type ResultSide, SideName } from './DebateResults';
export { DebatesOverCard } from './DebatesOverCard';
export { type BallotResult, type Choice, CHOICES, type DebateResult, shares, signed } from './result';
export { useDebatesOver } from './useDebatesOver';
