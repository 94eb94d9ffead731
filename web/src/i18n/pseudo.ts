const LETTERS: Record<string, string> = {
  a: 'á',
  b: 'ƀ',
  c: 'ç',
  d: 'ð',
  e: 'é',
  f: 'ƒ',
  g: 'ĝ',
  h: 'ĥ',
  i: 'í',
  j: 'ĵ',
  k: 'ķ',
  l: 'ļ',
  m: 'ɱ',
  n: 'ñ',
  o: 'ó',
  p: 'þ',
  q: 'ɋ',
  r: 'ŕ',
  s: 'š',
  t: 'ŧ',
  u: 'ú',
  v: 'ṽ',
  w: 'ŵ',
  x: 'ẋ',
  y: 'ý',
  z: 'ž',
};

/** `Hello {{name}}` → `[Ĥéļļó {{name}}]`: text that did not come from the files stands out. */
export function pseudoText(text: string): string {
  const parts = text.split(/(\{\{[^}]*\}\}|<[^>]*>)/);
  const changed = parts.map((part, index) =>
    index % 2 === 1
      ? part
      : part.replace(/[a-z]/gi, (letter) => {
          const mapped = LETTERS[letter.toLowerCase()] ?? letter;
          return letter === letter.toLowerCase() ? mapped : mapped.toUpperCase();
        }),
  );
  return `[${changed.join('')}]`;
}

export function pseudoTree<T>(tree: T): T {
  if (typeof tree === 'string') return pseudoText(tree) as T;
  return Object.fromEntries(
    Object.entries(tree as Record<string, unknown>).map(([key, value]) => [key, pseudoTree(value)]),
  ) as T;
}
