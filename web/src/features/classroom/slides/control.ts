/**
 * Slides on this page alone: which page one looks at, the pointer that is seen, the presenter's
 * view. What everybody sees is in the session.
 */
import { createStore, type StoreApi } from 'zustand';

import type { Pointer, PointerShown } from '../../../protocol';

/** Older than that it points nowhere: its last word may have been lost. */
export const POINTER_LASTS_MS = 4000;
const POINT_EVERY_MS = 70;

export interface SlidesView {
  /** One's own page while it is not the presenter's. */
  ownPage: number | null;
  pointer: PointerShown | null;
  isPointing: boolean;
  isPresenterView: boolean;
}

export class SlidesControl {
  readonly store: StoreApi<SlidesView> = createStore<SlidesView>()(() => ({
    ownPage: null,
    pointer: null,
    isPointing: false,
    isPresenterView: true,
  }));
  private waiting: Pointer | null = null;
  private sendTimer: number | undefined;
  private hideTimer: number | undefined;

  constructor(private readonly send: (pointer: Pointer) => void) {}

  look(page: number | null): void {
    this.store.setState({ ownPage: page });
  }

  setPresenterView(isPresenterView: boolean): void {
    this.store.setState({ isPresenterView });
  }

  setPointing(isPointing: boolean): void {
    this.store.setState({ isPointing });
  }

  /** At most so often; the newest counts, and that it points nowhere goes at once. */
  point(pointer: Pointer): void {
    if (pointer.x === null || pointer.x === undefined) {
      window.clearTimeout(this.sendTimer);
      this.sendTimer = undefined;
      this.waiting = null;
      this.send(pointer);
      return;
    }
    this.waiting = pointer;
    if (this.sendTimer !== undefined) return;
    this.flush();
  }

  private flush(): void {
    const pointer = this.waiting;
    this.waiting = null;
    this.sendTimer = undefined;
    if (!pointer) return;
    this.send(pointer);
    this.sendTimer = window.setTimeout(() => this.flush(), POINT_EVERY_MS);
  }

  shown(pointers: PointerShown[]): void {
    const pointer = pointers.at(-1) ?? null;
    window.clearTimeout(this.hideTimer);
    this.store.setState({ pointer: pointer?.x == null ? null : pointer });
    this.hideTimer = window.setTimeout(
      () => this.store.setState({ pointer: null }),
      POINTER_LASTS_MS,
    );
  }

  close(): void {
    window.clearTimeout(this.sendTimer);
    window.clearTimeout(this.hideTimer);
  }
}
