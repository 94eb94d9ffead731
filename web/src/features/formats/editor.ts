import { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react';

import type { CheckedDebateFormat, DebateFormat, FormatProblem } from '../../protocol';
import { http } from '../../transport/http';
import { hasProblem, problemAt } from './state';
import { useProblemText } from './words';

export type NameLanguage = 'en' | 'de';

export interface Editing {
  format: DebateFormat;
  change: (next: DebateFormat) => void;
  problems: FormatProblem[];
  /** The language the names are shown and written in. */
  language: NameLanguage;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error('no format is being edited here');
  return editing;
}

/** `errorAt('prep_s')`: what is wrong with that field; `isWrong` also counts what lies within. */
export function useProblems() {
  const { problems } = useEditing();
  const say = useProblemText();
  return {
    errorAt: (path: string): string | undefined => {
      const problem = problemAt(problems, path);
      return problem && say(problem);
    },
    isWrong: (path: string): boolean => hasProblem(problems, path),
  };
}

const REMEMBERED = 100;

/** A value with a past: typing on counts as one step when it follows within a second. */
export function useHistory<T>(first: T) {
  const [{ past, now, future }, set] = useState({ past: [] as T[], now: first, future: [] as T[] });
  const last = useRef(0);
  const change = useCallback((next: T) => {
    const time = Date.now();
    const joins = time - last.current < 1000;
    last.current = time;
    set((old) => ({
      past: joins && old.past.length > 0 ? old.past : [...old.past, old.now].slice(-REMEMBERED),
      now: next,
      future: [],
    }));
  }, []);
  const undo = useCallback(() => {
    last.current = 0;
    set((old) => {
      const before = old.past.at(-1);
      return before === undefined
        ? old
        : { past: old.past.slice(0, -1), now: before, future: [old.now, ...old.future] };
    });
  }, []);
  const redo = useCallback(() => {
    last.current = 0;
    set((old) => {
      const [next, ...rest] = old.future;
      return next === undefined ? old : { past: [...old.past, old.now], now: next, future: rest };
    });
  }, []);
  return { now, change, undo, redo, canUndo: past.length > 0, canRedo: future.length > 0 };
}

const PAUSE_MS = 350;

/** What the server finds wrong, asked after each pause in typing; `null` until it has answered. */
export function useChecked(format: DebateFormat): FormatProblem[] | null {
  const [problems, setProblems] = useState<FormatProblem[] | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      http
        .post<CheckedDebateFormat>('/debate-formats/check', { format }, { signal: abort.signal })
        .then((answer) => setProblems(answer.problems))
        // Saving asks again and says what is in the way.
        .catch(() => undefined);
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [format]);
  return problems;
}
