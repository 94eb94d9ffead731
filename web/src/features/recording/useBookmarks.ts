/** One's own bookmarks in a recording: kept on the server, seen by nobody else. */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import type { Bookmark, NewBookmark } from '../../protocol';
import { type ApiError, http } from '../../transport/http';
import { type Resource, useResource } from '../../transport/resource';
import { toast } from '../../ui';

export interface Bookmarks {
  list: Bookmark[] | null;
  error: ApiError | null;
  reload: () => void;
  /** The new one, or null when it was refused; the page says why. */
  add: (atMs: number, note?: string) => Promise<Bookmark | null>;
  write: (bookmark: Bookmark, note: string) => Promise<boolean>;
  remove: (bookmark: Bookmark) => Promise<void>;
}

export const inOrder = (list: Bookmark[]): Bookmark[] =>
  [...list].sort((a, b) => a.at_ms - b.at_ms || a.created_at.localeCompare(b.created_at));

export function useBookmarks(recordingId: string): Bookmarks {
  const { t } = useTranslation('recording');
  const path = `/recordings/${recordingId}/bookmarks`;
  const { data, error, reload, set }: Resource<Bookmark[]> = useResource<Bookmark[]>(path);
  const add = useCallback(
    async (atMs: number, note = ''): Promise<Bookmark | null> => {
      const body: NewBookmark = { at_ms: Math.round(atMs), note };
      try {
        const made = await http.post<Bookmark>(path, body);
        set((old) => inOrder([...(old ?? []), made]));
        return made;
      } catch (reason) {
        toast(t('bookmarks.failed', { reason: (reason as Error).message }), { tone: 'bad' });
        return null;
      }
    },
    [path, set, t],
  );
  const write = useCallback(
    async (bookmark: Bookmark, note: string): Promise<boolean> => {
      try {
        const one = `${path}/${bookmark.bookmark_id}`;
        const changed = await http.patch<Bookmark>(one, { note });
        set((old) =>
          (old ?? []).map((each) => (each.bookmark_id === changed.bookmark_id ? changed : each)),
        );
        return true;
      } catch (reason) {
        toast(t('bookmarks.failed', { reason: (reason as Error).message }), { tone: 'bad' });
        return false;
      }
    },
    [path, set, t],
  );
  const remove = useCallback(
    async (bookmark: Bookmark): Promise<void> => {
      try {
        await http.delete(`${path}/${bookmark.bookmark_id}`);
      } catch (reason) {
        toast(t('bookmarks.failed', { reason: (reason as Error).message }), { tone: 'bad' });
        return;
      }
      set((old) => (old ?? []).filter((each) => each.bookmark_id !== bookmark.bookmark_id));
      toast(t('bookmarks.deleted', { time: formatClock(bookmark.at_ms) }), {
        onUndo: () => void add(bookmark.at_ms, bookmark.note),
      });
    },
    [path, set, t, add],
  );
  return { list: data, error, reload, add, write, remove };
}
