import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';

import {
  type BoardElement,
  elementsOf,
  mergedScene,
  shapesOf,
  textsOf,
  writeScene,
} from './elements';

const anElement = (id: string, over: Partial<BoardElement> = {}): BoardElement => ({
  id,
  type: 'rectangle',
  version: 1,
  versionNonce: 10,
  isDeleted: false,
  index: 'a0',
  x: 0,
  y: 0,
  ...over,
});

const NOTHING = new Set<string>();
const board = () => new Y.Doc().getMap<unknown>('elements');
const ids = (elements: BoardElement[] | null) => elements?.map((one) => one.id) ?? null;

describe('from the scene to the document', () => {
  test('only what is newer is written, with who made it', () => {
    const map = board();
    writeScene(map, [anElement('a', { version: 3 })], 'ada');
    writeScene(map, [anElement('a', { version: 2, x: 9 })], 'ben');
    expect(map.get('a')).toMatchObject({ version: 3, x: 0, customData: { by: 'ada' } });
    writeScene(map, [anElement('a', { version: 4, x: 9 })], 'ben');
    expect(map.get('a')).toMatchObject({ version: 4, x: 9, customData: { by: 'ada' } });
  });

  test('a deleted element is a mark without content, and one that nobody saw is nothing', () => {
    const map = board();
    writeScene(map, [anElement('a', { text: 'secret' })], 'ada');
    writeScene(map, [anElement('a', { version: 2, isDeleted: true, text: 'secret' })], 'ada');
    expect(map.get('a')).toEqual({ id: 'a', version: 2, versionNonce: 10, isDeleted: true });
    writeScene(map, [anElement('b', { isDeleted: true })], 'ada');
    expect(map.has('b')).toBe(false);
  });

  test.each(['image', 'iframe', 'embeddable', 'magicframe'])('%s is refused', (type) => {
    const map = board();
    expect(writeScene(map, [anElement('a', { type })], 'ada')).toEqual(['a']);
    expect(map.size).toBe(0);
  });
});

describe('from the document to the scene', () => {
  test('what is new comes in, in its order; what is old stays', () => {
    const map = board();
    writeScene(map, [anElement('b', { index: 'a2' }), anElement('c', { index: 'a1' })], 'ben');
    const merged = mergedScene([anElement('a', { index: 'a0' })], map, NOTHING);
    expect(ids(merged)).toEqual(['a', 'c', 'b']);
    expect(mergedScene(merged ?? [], map, NOTHING)).toBeNull();
  });

  test('what is being edited here is left alone', () => {
    const map = board();
    writeScene(map, [anElement('a', { version: 5 })], 'ben');
    expect(mergedScene([anElement('a')], map, new Set(['a']))).toBeNull();
  });

  test('deleted by somebody else, it can be brought back here', () => {
    const map = board();
    const own = anElement('a', { version: 2, text: 'kept here' });
    writeScene(map, [own], 'ada');
    map.set('a', { id: 'a', version: 3, versionNonce: 1, isDeleted: true });
    const merged = mergedScene([own], map, NOTHING);
    expect(merged?.[0]).toMatchObject({ isDeleted: true, text: 'kept here', version: 3 });
    writeScene(map, [{ ...own, version: 4 }], 'ada');
    expect(map.get('a')).toMatchObject({ text: 'kept here', isDeleted: false });
  });

  test.each([
    null,
    7,
    'x',
    {},
    { id: 'a' },
    { id: 'a', type: 'rectangle', version: 'x', versionNonce: 1 },
    { id: 'a', type: 'image', version: 1, versionNonce: 1 },
    { id: 'other', type: 'rectangle', version: 1, versionNonce: 1 },
    { id: 'a', type: 'rectangle', version: 1e300, versionNonce: 1 },
  ])('%j is nothing', (value) => {
    const map = board();
    map.set('a', value);
    expect(elementsOf(map)).toEqual([]);
  });
});

test('two pages that draw at random end in the same scene', () => {
  let seed = 3;
  const dice = (most: number): number => {
    seed = (seed * 48271) % 2147483647;
    return seed % most;
  };
  for (let turn = 0; turn < 30; turn += 1) {
    const docs = [new Y.Doc(), new Y.Doc()];
    const maps = docs.map((doc) => doc.getMap<unknown>('elements'));
    const scenes: BoardElement[][] = [[], []];
    for (let step = 0; step < 40; step += 1) {
      const who = dice(2);
      const scene = scenes[who] ?? [];
      const map = maps[who] as Y.Map<unknown>;
      const old = scene[dice(scene.length + 1)];
      const next: BoardElement = old
        ? { ...old, version: old.version + 1, versionNonce: dice(1000), isDeleted: dice(4) === 0 }
        : anElement(`e${turn}-${step}`, { index: `a${dice(9)}`, versionNonce: dice(1000) });
      scenes[who] = [...scene.filter((one) => one.id !== next.id), next];
      writeScene(map, scenes[who], `p${who}`);
      if (dice(3) === 0) exchange();
    }
    // Until nobody has anything to say: what lost in the document but is newer is written again.
    for (let round = 0; round < 4; round += 1) exchange();
    const shown = scenes.map((scene) =>
      scene
        .filter((one) => !one.isDeleted)
        .map((one) => [one.id, one.version, one.versionNonce])
        .sort(),
    );
    expect(shown[0]).toEqual(shown[1]);

    function exchange(): void {
      const [a, b] = docs as [Y.Doc, Y.Doc];
      const [fromA, fromB] = [Y.encodeStateAsUpdate(a), Y.encodeStateAsUpdate(b)];
      Y.applyUpdate(a, fromB);
      Y.applyUpdate(b, fromA);
      for (const who of [0, 1]) {
        const map = maps[who] as Y.Map<unknown>;
        scenes[who] = mergedScene(scenes[who] ?? [], map, NOTHING) ?? scenes[who] ?? [];
        writeScene(map, scenes[who], `p${who}`);
      }
    }
  }
});

test('the words on the board, for those who cannot see it', () => {
  const map = board();
  writeScene(
    map,
    [
      anElement('a', { type: 'text', text: 'below ', y: 50 }),
      anElement('b', { type: 'text', text: 'above', y: 10 }),
      anElement('c', { type: 'text', text: ' ', y: 0 }),
      anElement('d'),
    ],
    'ada',
  );
  expect(textsOf(map)).toEqual(['above', 'below']);
  expect(shapesOf(map)).toBe(1);
});
