/** Files on their way to decks: sent, then converted on the server. */
import { createStore, type StoreApi } from 'zustand';

import type { SlideUpload } from '../../protocol';
import { ApiError, http } from '../../transport/http';
import { uploadFile } from '../../transport/upload';

export const LARGEST_UPLOAD = 100 * 1024 * 1024;
const ASK_EVERY_MS = 600;
const LEFT = 'left';

export interface Uploading {
  id: number;
  name: string;
  state: 'sending' | 'waiting' | 'converting' | 'failed';
  /** 0…1; null while it is not known */
  share: number | null;
  /** Code of what stood in the way. */
  error: string | null;
}

export class Uploads {
  readonly store: StoreApi<{ list: Uploading[] }> = createStore(() => ({
    list: [] as Uploading[],
  }));
  private count = 0;
  private readonly controls = new Map<number, AbortController>();


  /** `onDone`: a file has become a deck. */
  constructor(
    private readonly sessionId: string,
    private readonly onDone: () => void = () => undefined,
  ) {}

  /** Resolves when the file is a deck, was cancelled or has failed. */
  async send(file: File): Promise<void> {
    this.count += 1;
    const id = this.count;
    const control = new AbortController();
    this.controls.set(id, control);
    const one: Uploading = { id, name: file.name, state: 'sending', share: 0, error: null };
    this.store.setState(({ list }) => ({ list: [...list, one] }));
    try {
      if (file.size > LARGEST_UPLOAD) throw failure('slides_too_large');
      const sending = uploadFile<SlideUpload>(this.path(''), { name: file.name }, file, (share) =>
        this.change(id, { share }),
      );
      control.signal.addEventListener('abort', sending.cancel);
      const begun = await sending.done;
      await this.follow(id, begun, control.signal);
      this.dismiss(id);
      this.onDone();
    } catch (error) {
      if (control.signal.aborted) this.dismiss(id);
      else {
        const code = error instanceof ApiError ? error.code : 'internal';
        this.change(id, { state: 'failed', error: code });
      }
    } finally {
      this.controls.delete(id);
    }
  }

  cancel(id: number): void {
    this.controls.get(id)?.abort();
  }

  dismiss(id: number): void {
    this.store.setState(({ list }) => ({ list: list.filter((one) => one.id !== id) }));
  }

  /** What is still on its way here stops; what the server has it goes on converting. */
  close(): void {
    for (const control of this.controls.values()) control.abort(LEFT);
  }

  private async follow(id: number, begun: SlideUpload, signal: AbortSignal): Promise<void> {
    const path = this.path(`/uploads/${begun.upload_id}`);
    const stop = () => {
      if (signal.reason !== LEFT) void http.delete(path).catch(() => undefined);
    };
    signal.addEventListener('abort', stop);
    let now = begun;
    while (now.state !== 'done') {
      if (now.state === 'failed') throw failure(now.error?.code ?? 'internal');
      const share = now.page_count ? now.pages_done / now.page_count : null;
      this.change(id, { state: now.state, share });
      await new Promise((resolve) => window.setTimeout(resolve, ASK_EVERY_MS));
      if (signal.aborted) throw failure('aborted');
      now = await http.get<SlideUpload>(path, { signal });
    }
    signal.removeEventListener('abort', stop);
  }

  private change(id: number, change: Partial<Uploading>): void {
    this.store.setState(({ list }) => ({
      list: list.map((one) => (one.id === id ? { ...one, ...change } : one)),
    }));
  }

  private path(tail: string): string {
    return `/sessions/${this.sessionId}/slides${tail}`;
  }
}

const failure = (code: string): ApiError => new ApiError(0, { code, message: code });
