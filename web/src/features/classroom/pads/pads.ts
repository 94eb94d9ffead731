/**
 * The page's pads. Their library is loaded with the first of them; a pad stays for as long as the
 * page does, so that nothing unsent is lost when one looks elsewhere.
 */
import type { PadCursorShown, PadName, PictureWanted } from '../../../protocol';
import type { PadWire } from '../../../transport/live';
import type { PadSync } from './sync';
import type * as Sync from './sync';

/** Compressed; the server takes no larger one. */
const LARGEST_PICTURE = 280_000;

export class Pads {
  private readonly known = new Map<PadName, PadSync>();
  private loading: Promise<typeof Sync> | null = null;

  constructor(private readonly wire: () => PadWire | null) {}

  async get(pad: PadName): Promise<PadSync> {
    this.loading ??= import('./sync').catch((error: unknown) => {
      this.loading = null; // the next try loads it again
      throw error;
    });
    const { PadSync } = await this.loading;
    const found = this.known.get(pad) ?? new PadSync(pad, this.wire);
    this.known.set(pad, found);
    return found;
  }

  connected(): void {
    for (const one of this.known.values()) one.connected();
  }

  disconnected(): void {
    for (const one of this.known.values()) one.disconnected();
  }

  receive(pad: PadName, update: Uint8Array): void {
    this.known.get(pad)?.receive(update);
  }

  show(cursors: PadCursorShown[]): void {
    for (const [pad, one] of this.known) {
      const here = cursors.filter((cursor) => cursor.pad === pad);
      if (here.length > 0) one.show(here);
    }
  }

  /** Only a page that follows the whiteboard is asked; one that cannot lets the next be asked. */
  async draw({ token, pad }: PictureWanted, consenting: ReadonlySet<string>): Promise<void> {
    const board = this.known.get(pad);
    const wire = this.wire();
    if (!board || !wire) return;
    const { pictureOf } = await import('../whiteboard/picture');
    const svg = await pictureOf(board.doc.getMap<unknown>('elements'), consenting);
    if (svg.length <= LARGEST_PICTURE) await wire.picture(token, svg);
  }

  dispose(): void {
    for (const one of this.known.values()) one.dispose();
    this.known.clear();
  }
}
