/**
 * What is being planned, kept beside the page's store: the panel moves between a column of its own
 * and a tab when the window changes its width, and is drawn anew there.
 */
import { useState } from 'react';

import { type PageStore, usePageStore } from '../store';

export type Mode = { name: 'show' } | { name: 'plan'; debateId: string | null };

export interface Draft {
  formatId: string;
  motion: string;
  room: string;
  isAutomatic: boolean;
  size: number | null;
  variant: string;
  pois: boolean | null;
}

const kept = new WeakMap<PageStore, { mode: Mode; draft: Draft | null }>();

const NOTHING: { mode: Mode; draft: Draft | null } = { mode: { name: 'show' }, draft: null };

/** Another mode begins with an empty draft. */
export function useMode(): [Mode, (mode: Mode) => void] {
  const store = usePageStore();
  const [mode, setMode] = useState(() => (kept.get(store) ?? NOTHING).mode);
  return [
    mode,
    (next) => {
      kept.set(store, { mode: next, draft: null });
      setMode(next);
    },
  ];
}

export function useDraft(first: Draft): [Draft, (change: Partial<Draft>) => void] {
  const store = usePageStore();
  const [draft, setDraft] = useState(() => kept.get(store)?.draft ?? first);
  return [
    draft,
    (change) => {
      const next = { ...draft, ...change };
      kept.set(store, { ...(kept.get(store) ?? NOTHING), draft: next });
      setDraft(next);
    },
  ];
}
