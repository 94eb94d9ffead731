/** What search found in recordings: its words, and where it leads. */
import type { FoundRoom } from '../../protocol';

export const foundRoomName = ({ name, name_de }: FoundRoom, language: string): string =>
  language.startsWith('de') && name_de !== '' ? name_de : name;

export interface Piece {
  readonly text: string;
  readonly isHit: boolean;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#x27;': "'", '&#34;': '"',
};

/** The server's escaped snippet as text pieces: nothing of it is ever put in as markup. */
export function snippetPieces(snippet: string): Piece[] {
  return snippet
    .split(/(<mark>.*?<\/mark>)/s)
    .filter((part) => part !== '')
    .map((part) => {
      const hit = /^<mark>(.*)<\/mark>$/s.exec(part);
      const text = (hit?.[1] ?? part).replace(/&(?:amp|lt|gt|quot|#39|#x27|#34);/g,
        (entity) => ENTITIES[entity] ?? entity);
      return { text, isHit: hit !== null };
    });
}

/** A moment of a recording, or of one of its rooms in the room's own time. */
export function momentPath(recordingId: string, atMs: number, room?: number): string {
  const query = new URLSearchParams(room === undefined ? {} : { room: String(room) });
  query.set('t', String(Math.floor(atMs / 1000)));
  return `/recordings/${recordingId}?${query}`;
}
