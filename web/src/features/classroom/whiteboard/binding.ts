/**
 * Excalidraw's scene on the shared document. Strokes go out ten times a second at most, whole
 * elements each; what others draw comes in at once, but never into what is being edited here.
 */
import type { ExcalidrawImperativeAPI } from '@excalidraw/excalidraw/types';

import type { PadSync } from '../pads/sync';
import { type BoardElement, type ElementMap, mergedScene, writeScene } from './elements';

const WRITE_EVERY_MS = 100;
const OWN = 'drawn here';

interface Options {
  me: string;
  /** Excalidraw's own repair of what others sent. */
  repaired: (elements: BoardElement[]) => BoardElement[];
  /** Excalidraw's word for "not to be undone here". */
  notUndoable: 'NEVER';
  onRefused: () => void;
}

export class Binding {
  readonly map: ElementMap;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isReadOnly = false;

  constructor(
    private readonly pad: PadSync,
    private readonly api: ExcalidrawImperativeAPI,
    private readonly options: Options,
  ) {
    this.map = pad.doc.getMap<unknown>('elements');
    this.map.observe(this.changed);
    this.show();
  }

  setReadOnly(isReadOnly: boolean): void {
    if (isReadOnly && !this.isReadOnly) this.write();
    this.isReadOnly = isReadOnly;
  }

  /** The scene has changed, by somebody's hand or by ours. */
  drawn(): void {
    if (this.isReadOnly || this.timer !== undefined) return;
    this.timer = setTimeout(() => this.write(), WRITE_EVERY_MS);
  }

  close(): void {
    if (!this.isReadOnly) this.write();
    clearTimeout(this.timer);
    this.map.unobserve(this.changed);
  }

  private readonly changed = (_: unknown, transaction: { origin: unknown }): void => {
    if (transaction.origin !== OWN) this.show();
  };

  private write(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const scene = this.scene();
    let refused: string[] = [];
    this.pad.doc.transact(() => {
      refused = writeScene(this.map, scene, this.options.me);
    }, OWN);
    if (refused.length === 0) return;
    const gone = new Set(refused);
    this.put(scene.filter((one) => !gone.has(one.id)));
    this.options.onRefused();
  }

  private show(): void {
    const state = this.api.getAppState();
    const held = new Set(
      [state.newElement?.id, state.resizingElement?.id, state.editingTextElement?.id].filter(
        (id) => id !== undefined,
      ),
    );
    const merged = mergedScene(this.scene(), this.map, held);
    if (merged) this.put(this.options.repaired(merged));
  }

  private scene(): BoardElement[] {
    return this.api.getSceneElementsIncludingDeleted() as unknown as BoardElement[];
  }

  private put(elements: BoardElement[]): void {
    this.api.updateScene({
      elements: elements as unknown as Parameters<
        ExcalidrawImperativeAPI['updateScene']
      >[0]['elements'],
      captureUpdate: this.options.notUndoable,
    });
  }
}
