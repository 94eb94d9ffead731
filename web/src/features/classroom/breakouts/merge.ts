/**
 * Two people wrote on the same text. What each changed is one stretch of lines; when the stretches
 * lie apart both hold, and when they overlap both texts are kept, theirs first: nothing that
 * somebody wrote is lost.
 */
function span(base: string[], other: string[]): { from: number; to: number; lines: string[] } {
  let from = 0;
  while (from < base.length && from < other.length && base[from] === other[from]) from += 1;
  let back = 0;
  while (
    back < base.length - from &&
    back < other.length - from &&
    base[base.length - 1 - back] === other[other.length - 1 - back]
  ) {
    back += 1;
  }
  return { from, to: base.length - back, lines: other.slice(from, other.length - back) };
}

export function merged(base: string, mine: string, theirs: string): string {
  if (mine === base || mine === theirs) return theirs;
  if (theirs === base) return mine;
  const lines = base.split('\n');
  const own = span(lines, mine.split('\n'));
  const other = span(lines, theirs.split('\n'));
  if (own.from === other.from && own.to === other.to) {
    return [
      ...lines.slice(0, own.from),
      ...other.lines,
      ...own.lines,
      ...lines.slice(own.to),
    ].join('\n');
  }
  const [first, second] = own.from <= other.from ? [own, other] : [other, own];
  if (first.to > second.from) return `${theirs}\n${own.lines.join('\n')}`;
  return [
    ...lines.slice(0, first.from),
    ...first.lines,
    ...lines.slice(first.to, second.from),
    ...second.lines,
    ...lines.slice(second.to),
  ].join('\n');
}
