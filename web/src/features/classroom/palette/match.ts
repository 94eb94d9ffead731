/** Every word that was typed begins a word of the label; nothing typed finds everything. */
export function matches(label: string, query: string): boolean {
  const words = label.toLocaleLowerCase().split(/[^\p{L}\p{N}]+/u);
  const wanted = query
    .toLocaleLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  return wanted.every((start) => words.some((word) => word.startsWith(start)));
}
