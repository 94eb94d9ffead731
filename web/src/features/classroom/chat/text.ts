/** What a line of chat is made of: plain words, safe links, and people who are mentioned. */

export type Segment =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'mention'; text: string; id: string };

export interface Named {
  id: string;
  name: string;
}

const URL_PATTERN = /https?:\/\/[^\s<>"']+/gi;
/** These end a sentence more often than an address. */
const TRAILING = /[.,;:!?)\]}]+$/;

/** Only http and https, only what the browser itself takes for an address. */
export function safeHref(text: string): string | null {
  try {
    const url = new URL(text);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
  } catch {
    return null;
  }
}

function links(text: string): Segment[] {
  const found: Segment[] = [];
  let from = 0;
  for (const match of text.matchAll(URL_PATTERN)) {
    const address = match[0].replace(TRAILING, '');
    const href = safeHref(address);
    if (href === null) continue;
    if (match.index > from) found.push({ kind: 'text', text: text.slice(from, match.index) });
    found.push({ kind: 'link', text: address, href });
    from = match.index + address.length;
  }
  if (from < text.length) found.push({ kind: 'text', text: text.slice(from) });
  return found;
}

/** `@Name` of whoever is mentioned stands out; the longest name that fits wins. */
export function segmentsOf(text: string, mentioned: Named[]): Segment[] {
  const names = mentioned
    .filter((one) => one.name !== '')
    .sort((a, b) => b.name.length - a.name.length);
  const found: Segment[] = [];
  let from = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    if (at < from) continue;
    const who = names.find((one) => text.startsWith(one.name, at + 1));
    if (!who) continue;
    found.push(...links(text.slice(from, at)));
    found.push({ kind: 'mention', text: `@${who.name}`, id: who.id });
    from = at + 1 + who.name.length;
  }
  return [...found, ...links(text.slice(from))];
}

/** Whose `@Name` stands in the text, for the command. */
export function mentionsIn(text: string, people: Named[]): string[] {
  const found = segmentsOf(text, people).flatMap((one) => (one.kind === 'mention' ? [one.id] : []));
  return [...new Set(found)].slice(0, 20);
}

/** The `@…` being written before the cursor, if there is one. */
export function mentionAt(text: string, cursor: number): { from: number; query: string } | null {
  const from = text.lastIndexOf('@', cursor - 1);
  if (from === -1 || (from > 0 && !/\s/.test(text[from - 1] ?? ''))) return null;
  const query = text.slice(from + 1, cursor);
  return query.length > 40 || /[\n@]/.test(query) ? null : { from, query };
}

/** People whose name (or a part of it) begins so. */
export function suggest<T extends Named>(people: T[], query: string, most = 6): T[] {
  const wanted = query.toLocaleLowerCase();
  return people
    .filter((one) =>
      [one.name, ...one.name.split(/\s+/)].some((part) =>
        part.toLocaleLowerCase().startsWith(wanted),
      ),
    )
    .slice(0, most);
}
