import { useCallback, useEffect, useRef, useState } from 'react';

import type { Job } from '../../protocol';
import { ApiError, http } from '../../transport/http';
import { isOver, nextDelay, retryDelay } from './state';

interface Watched {
  job: Job | null;
  error: ApiError | null;
  /** Ask now, such as after Retry. */
  refresh: () => void;
}

interface Options {
  /** Called with every answer and the one before it. */
  onChange?: (now: Job, before: Job | null) => void;
  /** Stop asking once the job is over. */
  stopsWhenOver?: boolean;
}

/** Follows a recording's job while the page is visible; `null` follows nothing. */
export function useJob(recordingId: string | null, options: Options = {}): Watched {
  const { onChange, stopsWhenOver = false } = options;
  const [job, setJob] = useState<Job | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  const changed = useRef(onChange);
  useEffect(() => {
    changed.current = onChange;
  });

  useEffect(() => {
    if (recordingId === null) return;
    const abort = new AbortController();
    let timer = 0;
    let before: Job | null = null;
    let delay: number | null = null;

    const ask = async (): Promise<void> => {
      try {
        const now = await http.get<Job>(`/recordings/${recordingId}/job`, { signal: abort.signal });
        delay = nextDelay(delay, before, now);
        setJob(now);
        setError(null);
        changed.current?.(now, before);
        before = now;
        if (stopsWhenOver && isOver(now)) return;
      } catch (reason) {
        if (abort.signal.aborted) return;
        delay = retryDelay(delay);
        const failure = reason instanceof ApiError
          ? reason
          : new ApiError(0, { code: 'broken', message: String(reason) });
        setError(failure);
        // Gone or forbidden will not change by asking again.
        if (failure.status === 403 || failure.status === 404) return;
      }
      schedule();
    };
    const schedule = (): void => {
      if (abort.signal.aborted || document.visibilityState === 'hidden') return;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void ask(), delay ?? 1_000);
    };
    const onVisible = (): void => {
      if (document.visibilityState === 'visible') schedule();
      else window.clearTimeout(timer);
    };
    document.addEventListener('visibilitychange', onVisible);
    void ask();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [recordingId, stopsWhenOver, turn]);

  const refresh = useCallback(() => setTurn((value) => value + 1), []);
  return { job, error, refresh };
}
