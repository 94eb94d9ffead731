/**
 * The transcript as the page shows it: turns of one speaker, the word being said, and search over
 * the words of each segment. Pure; indices are stable for one transcript.
 */
import type { Segment } from '../../protocol';
import { lastStartedAt } from '../../ui/media/time';

export interface Turn {
  readonly participantId: string;
  readonly speakerName: string;
  /** Index of the turn's first segment in the transcript. */
  readonly firstSegment: number;
  readonly segments: readonly Segment[];
}

/** Consecutive segments of one speaker share a heading. */
export function turns(segments: readonly Segment[]): Turn[] {
  const grouped: { first: number; segments: Segment[] }[] = [];
  segments.forEach((segment, index) => {
    const open = grouped.at(-1);
    if (open?.segments[0]?.participant_id === segment.participant_id) open.segments.push(segment);
    else grouped.push({ first: index, segments: [segment] });
  });
  return grouped.map(({ first, segments: own }) => ({
    participantId: own[0]?.participant_id ?? '',
    speakerName: own[0]?.speaker_name ?? '',
    firstSegment: first,
    segments: own,
  }));
}

export interface Place {
  readonly segment: number;
  /** -1 before the segment's first word. */
  readonly word: number;
}

/** How long after its end a segment still counts as the current one when nobody else speaks. */
const LINGER_MS = 4_000;

/**
 * Where the playhead is. People talk over one another, so of the segments that contain the time
 * the one that started last wins; in a silence the last one lingers a little.
 */
export function placeAt(segments: readonly Segment[], atMs: number): Place | null {
  const last = lastStartedAt(segments, atMs);
  if (last < 0) return null;
  let found = -1;
  // Overlaps reach back a few segments at most; a fixed window keeps this O(1) while playing.
  for (let index = last; index >= Math.max(0, last - 8); index -= 1) {
    if (atMs < (segments[index]?.end_ms ?? 0)) {
      found = index;
      break;
    }
  }
  if (found < 0) {
    const previous = segments[last];
    if (previous === undefined || atMs - previous.end_ms > LINGER_MS) return null;
    found = last;
  }
  const words = segments[found]?.words ?? [];
  return { segment: found, word: lastStartedAt(words, atMs) };
}

/** Search ignores case, accents and punctuation around words. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
}

export interface Hit {
  readonly segment: number;
  readonly firstWord: number;
  readonly lastWord: number;
  readonly start_ms: number;
}

/**
 * Every place where the query's words follow each other; the last query word may be the beginning
 * of a spoken one, so hits appear while typing.
 */
export function search(segments: readonly Segment[], query: string): Hit[] {
  const wanted = query.split(/\s+/).map(fold).filter((word) => word !== '');
  if (wanted.length === 0) return [];
  const hits: Hit[] = [];
  segments.forEach((segment, index) => {
    const spoken = segment.words.map((word) => fold(word.text));
    for (let at = 0; at + wanted.length <= spoken.length; at += 1) {
      const matches = wanted.every((word, offset) => {
        const candidate = spoken[at + offset] ?? '';
        return offset === wanted.length - 1 ? candidate.startsWith(word) : candidate === word;
      });
      const first = segment.words[at];
      if (!matches || first === undefined) continue;
      hits.push({
        segment: index,
        firstWord: at,
        lastWord: at + wanted.length - 1,
        start_ms: first.start_ms,
      });
      at += wanted.length - 1;
    }
  });
  return hits;
}

/** The hit to show first: the next one from the playhead on, else the first. */
export function firstHit(hits: readonly Hit[], atMs: number): number {
  if (hits.length === 0) return -1;
  const next = hits.findIndex((hit) => hit.start_ms >= atMs);
  return next < 0 ? 0 : next;
}

export function stepHit(count: number, current: number, step: 1 | -1): number {
  if (count === 0) return -1;
  return (current + step + count) % count;
}

export function isHitWord(hit: Hit, segment: number, word: number): boolean {
  return hit.segment === segment && hit.firstWord <= word && word <= hit.lastWord;
}
