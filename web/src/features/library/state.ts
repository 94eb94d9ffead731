/** Pure parts of the library: what the address says, and where a card leads. */
import type { RecordingSummary } from '../../protocol';
import { momentPath } from '../../ui/media/found';

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

/** Where a card leads: the moment of the hit, the player, or the page that shows the work. */
export function cardPath(recording: RecordingSummary): string {
  const base = `/recordings/${recording.recording_id}`;
  if (recording.stage === 'processing' || recording.stage === 'failed') return `${base}/processing`;
  if (recording.snippet_at_ms === null) return base;
  return momentPath(recording.recording_id, recording.snippet_at_ms, recording.snippet_room?.number);
}

/** Stages whose card asks for progress. */
export function isInWork(recording: RecordingSummary): boolean {
  return !recording.is_deleted
    && (recording.stage === 'processing' || recording.stage === 'provisional');
}
