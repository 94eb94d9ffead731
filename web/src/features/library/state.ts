/** Pure parts of the library: what the address says, and what a search hit says. */
import type { RecordingSummary } from '../../protocol';

export const PAGE_SIZE = 12;

export interface Place {
  readonly q: string;
  /** From 1. */
  readonly page: number;
  readonly isDeleted: boolean;
}

export function readPlace(search: string): Place {
  const query = new URLSearchParams(search);
  const page = Number(query.get('page') ?? '1');
  return {
    q: query.get('q') ?? '',
    page: Number.isInteger(page) && page >= 1 ? page : 1,
    isDeleted: query.get('deleted') === '1',
  };
}

export function placePath({ q, page, isDeleted }: Place): string {
  const query = new URLSearchParams();
  if (q !== '') query.set('q', q);
  if (page > 1) query.set('page', String(page));
  if (isDeleted) query.set('deleted', '1');
  return query.size > 0 ? `/library?${query}` : '/library';
}

export function pageCount(total: number): number {
  return Math.max(1, Math.ceil(total / PAGE_SIZE));
}

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

/** Where a card leads: the moment of the hit, the player, or the page that shows the work. */
export function cardPath(recording: RecordingSummary): string {
  const base = `/recordings/${recording.recording_id}`;
  if (recording.stage === 'processing' || recording.stage === 'failed') return `${base}/processing`;
  if (recording.snippet_at_ms === null) return base;
  return `${base}?t=${Math.floor(recording.snippet_at_ms / 1000)}`;
}

/** Stages whose card asks for progress. */
export function isInWork(recording: RecordingSummary): boolean {
  return !recording.is_deleted
    && (recording.stage === 'processing' || recording.stage === 'provisional');
}
