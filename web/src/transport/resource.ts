import { useCallback, useEffect, useRef, useState } from 'react';

import { ApiError, http, type Query } from './http';

export interface Resource<T> {
  data: T | null;
  error: ApiError | null;
  isLoading: boolean;
  reload: () => void;
  /** Replace what is shown, before or after the server agreed. */
  set: (next: T | ((old: T | null) => T | null)) => void;
}

/**
 * GET something when the page opens and whenever `path` or `query` changes; `null` waits.
 * `pollMs` asks again while the page is visible. Old data stays on screen while new is fetched.
 */
export function useResource<T>(
  path: string | null,
  { query, pollMs }: { query?: Query; pollMs?: number | null } = {},
): Resource<T> {
  const [data, setData] = useState<T | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [isLoading, setLoading] = useState(path !== null);
  const [turn, setTurn] = useState(0);
  const queryKey = JSON.stringify(query ?? {});
  const shownPath = useRef<string | null>(null);

  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    if (shownPath.current !== path) {
      setData(null);
      shownPath.current = path;
    }
    setLoading(true);
    http
      .get<T>(path, { query: JSON.parse(queryKey) as Query, signal: abort.signal })
      .then((value) => {
        setData(value);
        setError(null);
        setLoading(false);
      })
      .catch((reason: unknown) => {
        if (abort.signal.aborted) return;
        setError(
          reason instanceof ApiError
            ? reason
            : new ApiError(0, { code: 'broken', message: String(reason) }),
        );
        setLoading(false);
      });
    return () => abort.abort();
  }, [path, queryKey, turn]);

  useEffect(() => {
    if (!pollMs || path === null) return;
    const timer = window.setInterval(() => {
      if (document.visibilityState === 'visible') setTurn((value) => value + 1);
    }, pollMs);
    return () => window.clearInterval(timer);
  }, [pollMs, path]);

  const reload = useCallback(() => setTurn((value) => value + 1), []);
  const set = useCallback((next: T | ((old: T | null) => T | null)) => {
    setData(next as T);
  }, []);
  return { data, error, isLoading, reload, set };
}
