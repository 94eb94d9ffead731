import { useCallback, useEffect, useRef, useState } from 'react';

import type { UploadedFile } from '../../../protocol';
import { ApiError, http } from '../../../transport/http';
import { uploadFile } from '../../../transport/upload';

export const LARGEST = 20 * 1024 * 1024;
/** With one message; each file after the first is a message of its own. */
export const MOST_AT_ONCE = 4;

/** A file on its way into a message. */
export interface Upload {
  key: number;
  name: string;
  octets: number;
  share: number;
  fileId: string | null;
  /** Code of what stood in the way. */
  error: string | null;
}

export interface Uploads {
  list: Upload[];
  /** All are there, and at least one is. */
  areReady: boolean;
  isBusy: boolean;
  add: (files: Iterable<File>) => void;
  /** Stop it, or take it back. */
  drop: (key: number) => void;
  /** They are sent now; the list is empty again. */
  take: () => Upload[];
  /** They could not be sent. */
  putBack: (list: Upload[]) => void;
}

/** Files chosen for the next message: they travel while it is being written. */
export function useUploads(sessionId: string): Uploads {
  const [list, setList] = useState<Upload[]>([]);
  const running = useRef(new Map<number, () => void>());
  const last = useRef(0);
  useEffect(() => {
    const all = running.current;
    return () => {
      for (const cancel of all.values()) cancel();
    };
  }, []);

  const change = useCallback((key: number, to: Partial<Upload>) => {
    setList((now) => now.map((one) => (one.key === key ? { ...one, ...to } : one)));
  }, []);

  const start = useCallback(
    (key: number, file: File) => {
      const { done, cancel } = uploadFile<UploadedFile>(
        `/sessions/${sessionId}/files`,
        { name: file.name || 'file' },
        file,
        (share) => change(key, { share }),
      );
      running.current.set(key, cancel);
      done
        .then((made) => change(key, { share: 1, fileId: made.file_id, name: made.name }))
        .catch((error: unknown) => {
          change(key, { error: error instanceof ApiError ? error.code : 'internal' });
        })
        .finally(() => running.current.delete(key));
    },
    [sessionId, change],
  );

  const add = useCallback(
    (files: Iterable<File>) => {
      const chosen = [...files].slice(0, Math.max(0, MOST_AT_ONCE - list.length));
      const fresh = chosen.map((file): [File, Upload] => {
        last.current += 1;
        const error = file.size > LARGEST ? 'file_too_large' : file.size === 0 ? 'file_empty' : null;
        const { name, size: octets } = file;
        return [file, { key: last.current, name, octets, share: 0, fileId: null, error }];
      });
      setList((now) => [...now, ...fresh.map(([, upload]) => upload)]);
      for (const [file, { key, error }] of fresh) if (error === null) start(key, file);
    },
    [list.length, start],
  );

  const drop = useCallback(
    (key: number) => {
      running.current.get(key)?.();
      const fileId = list.find((one) => one.key === key)?.fileId;
      setList((now) => now.filter((one) => one.key !== key));
      // What cannot be taken back now is cleared away by the server in a day.
      if (fileId) http.delete(`/sessions/${sessionId}/files/${fileId}`).catch(() => undefined);
    },
    [list, sessionId],
  );

  const take = useCallback(() => {
    setList([]);
    return list;
  }, [list]);
  const putBack = useCallback((back: Upload[]) => setList((now) => [...back, ...now]), []);

  const isBusy = list.some((one) => one.fileId === null && one.error === null);
  const areReady = list.length > 0 && list.every((one) => one.fileId !== null);
  return { list, areReady, isBusy, add, drop, take, putBack };
}
