/** What the processing page shows of a job, and how often it asks. Pure. */
import type { Job, Step } from '../../protocol';

/**
 * Share of the whole each step takes on the reference machine, so that the bar moves evenly
 * although transcribing takes a hundred times longer than sealing. Only ratios matter.
 */
const WEIGHT: Readonly<Record<Step['name'], number>> = {
  seal: 1, verify: 1, assemble: 4, provisional: 2, transcribe: 34, merge: 1, chapters: 5, items: 6,
  compose: 30, renditions: 12, index: 2, publish: 2,
};

export function overall(job: Job): number {
  if (job.stage === 'published') return 1;
  let done = 0;
  let total = 0;
  for (const step of job.steps) {
    const weight = WEIGHT[step.name];
    total += weight;
    if (step.state === 'done' || step.state === 'skipped') done += weight;
    else if (step.state === 'running') done += weight * Math.min(1, Math.max(0, step.progress));
  }
  return total > 0 ? done / total : 0;
}

export function runningSteps(job: Job): Step[] {
  return job.steps.filter((step) => step.state === 'running');
}

export function failedStep(job: Job): Step | null {
  return job.steps.find((step) => step.state === 'failed') ?? null;
}

export function isOver(job: Job): boolean {
  return job.stage === 'published' || job.stage === 'failed';
}

/** Seconds a step took, or has taken so far; null before it began. */
export function secondsOf(step: Step, nowMs: number): number | null {
  if (step.started_at === null) return null;
  const from = Date.parse(step.started_at);
  const to = step.finished_at === null
    ? step.state === 'running' ? nowMs : from
    : Date.parse(step.finished_at);
  return Math.max(0, (to - from) / 1000);
}

/** Delays between questions, ms: often while something moves, rarely while nothing does. */
const FIRST_MS = 1_000;
const SLOWEST_MS = 6_000;
const OVER_MS = 15_000;

export function nextDelay(previousMs: number | null, before: Job | null, now: Job): number {
  if (isOver(now)) return OVER_MS;
  if (previousMs === null || before === null || hasMoved(before, now)) return FIRST_MS;
  return Math.min(SLOWEST_MS, Math.round(previousMs * 1.4));
}

/** After a failed question: back off harder, the server may be restarting. */
export function retryDelay(previousMs: number | null): number {
  return Math.min(10_000, Math.max(2_000, (previousMs ?? FIRST_MS) * 2));
}

function hasMoved(before: Job, now: Job): boolean {
  return before.stage !== now.stage || before.attempt !== now.attempt
    || before.steps.some((step, index) => {
      const other = now.steps[index];
      return step.state !== other?.state || step.progress !== other.progress
        || step.detail !== other.detail;
    });
}

/** True when the player can take over from this page: only if it became so while we watched. */
export function isNowWatchable(before: Job | null, now: Job): boolean {
  const was = before === null || before.stage === 'provisional' || before.stage === 'published';
  return !was && (now.stage === 'provisional' || now.stage === 'published');
}
