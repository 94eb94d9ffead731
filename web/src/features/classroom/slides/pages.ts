/** Pages as pictures and text, fetched when they are needed. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';

import type { Deck, SlidePage } from '../../../protocol';
import { http } from '../../../transport/http';
import { useClassroom } from '../context';
import type { SlidesView } from './control';

export const useSlides = <T>(select: (view: SlidesView) => T): T =>
  useStore(useClassroom().slides.store, select);

/**
 * What is on the pages that one may see. `turn` changes when there may be more of them: for those
 * who follow with each page, for those who lead never.
 */
export function usePages(deckId: string | null, turn: string | number): SlidePage[] {
  const { sessionId } = useClassroom();
  const [found, setFound] = useState<Deck | null>(null);
  useEffect(() => {
    if (deckId === null) return;
    const control = new AbortController();
    http
      .get<Deck>(`/sessions/${sessionId}/slides/${deckId}`, { signal: control.signal })
      .then(setFound)
      // The picture says so when it is not there; titles come with the events.
      .catch(() => undefined);
    return () => control.abort();
  }, [sessionId, deckId, turn]);
  return found?.deck_id === deckId ? found.pages : [];
}

/** Into the browser's memory, so that turning to it is at once. */
export function usePreloaded(url: string | null): void {
  useEffect(() => {
    if (url === null) return;
    const picture = new Image();
    picture.src = url;
  }, [url]);
}
