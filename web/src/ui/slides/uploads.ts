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
  /** What the server calls them. */
  private readonly names = new Map<number, string>();

  /** `onDone`: a file has become a deck. */
  constructor(
    private readonly sessionId: string,
    private readonly onDone: () => void = () => undefined,
  ) {}

  /** Resolves when the file is a deck, was cancelled or has failed. */
  async send(file: File): Promise<void> {
    await this.track(file.name, 'sending', async (id, signal) => {
      if (file.size > LARGEST_UPLOAD) throw failure('slides_too_large');
      const sending = uploadFile<SlideUpload>(this.path(''), { name: file.name }, file, (share) =>
        this.change(id, { share }),
      );
      signal.addEventListener('abort', sending.cancel);
      return sending.done;
    });
  }

  /** Takes up what the server has on its way, such as from before the page was loaded again. */
  async resume(): Promise<void> {
    const found = await http.get<SlideUpload[]>(this.path('/uploads')).catch(() => []);
    // One of them may be what is just being sent, which does not know its name there yet.
    if (this.store.getState().list.some((one) => one.state === 'sending')) return;
    for (const one of found) {
      if (!this.isKnown(one.upload_id)) void this.track(one.name, 'waiting', () => one);
    }
  }

  cancel(id: number): void {
    this.controls.get(id)?.abort();
  }

  /** One that failed is gone on the server too: it would be there after the next load. */
  dismiss(id: number): void {
    const uploadId = this.names.get(id);
    const isFailed = this.store.getState().list.some((one) => one.id === id && one.state === 'failed');
    if (uploadId !== undefined && isFailed) {
      void http.delete(this.path(`/uploads/${uploadId}`)).catch(() => undefined);
    }
    this.store.setState(({ list }) => ({ list: list.filter((one) => one.id !== id) }));
  }

  /** What is still on its way here stops; what the server has it goes on converting. */
  close(): void {
    for (const control of this.controls.values()) control.abort(LEFT);
  }

  private isKnown(uploadId: string): boolean {
    return [...this.names.values()].includes(uploadId);
  }

  private async track(
    name: string,
    state: Uploading['state'],
    begin: (id: number, signal: AbortSignal) => SlideUpload | Promise<SlideUpload>,
  ): Promise<void> {
    this.count += 1;
    const id = this.count;
    const control = new AbortController();
    this.controls.set(id, control);
    const share = state === 'sending' ? 0 : null;
    this.store.setState(({ list }) => ({ list: [...list, { id, name, state, share, error: null }] }));
    try {
      await this.follow(id, await begin(id, control.signal), control.signal);
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

  private async follow(id: number, begun: SlideUpload, signal: AbortSignal): Promise<void> {
    this.names.set(id, begun.upload_id);
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
