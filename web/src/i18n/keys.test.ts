import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { pseudoText } from './pseudo';

const folder = join(process.cwd(), 'src', 'i18n');

function leaves(tree: unknown, prefix = ''): Map<string, string> {
  if (typeof tree === 'string') return new Map([[prefix, tree]]);
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(tree as Record<string, unknown>)) {
    for (const [path, text] of leaves(value, prefix ? `${prefix}.${key}` : key))
      all.set(path, text);
  }
  return all;
}

const read = (language: string, file: string) =>
  leaves(JSON.parse(readFileSync(join(folder, language, file), 'utf8')));

const files = readdirSync(join(folder, 'en')).filter((name) => name.endsWith('.json'));
const placeholders = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map((m) => m[1]).sort();

describe.each(files)('%s', (file) => {
  const english = read('en', file);
  const german = read('de', file);

  test('has the same keys in every language', () => {
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test('fills the same placeholders and leaves nothing empty', () => {
    for (const [key, text] of english) {
      expect(text, key).not.toBe('');
      const other = german.get(key) ?? '';
      expect(other, key).not.toBe('');
      expect(placeholders(other), key).toEqual(placeholders(text));
    }
  });
});

test('the pseudo-locale keeps placeholders and tags', () => {
  expect(pseudoText('Hello {{name}}')).toBe('[Ĥéļļó {{name}}]');
  expect(pseudoText('<b>Go</b>')).toBe('[<b>ĜÓ</b>]'.replace('Ó', 'ó'));
});
