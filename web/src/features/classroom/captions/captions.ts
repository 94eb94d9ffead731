/** Says to the server what this page wants, and keeps what comes. */
import type { CaptionLine, CaptionStatus } from '../../../protocol';
import { sayError } from '../notices';
import type { PageStore } from '../store';
import {
  type CaptionSettings,
  type CaptionsView,
  rememberCaptions,
  withLine,
  withStatus,
} from './state';

export type Ask = (wants: boolean) => Promise<CaptionStatus | null>;

export class PageCaptions {
  constructor(
    private readonly store: PageStore,
    private readonly ask: Ask,
  ) {}

  /** After every connect: the server knows wishes of open pages only. */
  async connected(): Promise<void> {
    await this.wish();
  }

  async toggle(): Promise<void> {
    this.set({ wants: !this.view.wants });
    await this.wish();
  }

  set(change: Partial<CaptionSettings>): void {
    this.change((view) => ({ ...view, ...change }));
    rememberCaptions(this.view);
  }

  line(line: CaptionLine): void {
    if (this.view.wants) this.change((view) => withLine(view, line, performance.now()));
  }

  status(status: CaptionStatus): void {
    this.change((view) => withStatus(view, status));
  }

  private async wish(): Promise<void> {
    try {
      const status = await this.ask(this.view.wants);
      if (status !== null) this.status(status);
    } catch (error) {
      sayError(error);
    }
  }

  private get view(): CaptionsView {
    return this.store.getState().captions;
  }

  private change(next: (view: CaptionsView) => CaptionsView): void {
    this.store.setState(({ captions }) => ({ captions: next(captions) }));
  }
}
