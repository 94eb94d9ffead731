import { describe, expect, it } from 'vitest';

import type { RecordingSummary } from '../../protocol';
import { snippetPieces } from '../../ui/media/found';
import { cardPath, isInWork, pageCount, placePath, readPlace } from './state';

function recording(change: Partial<RecordingSummary>): RecordingSummary {
  return {
    recording_id: 'r1', session_id: 's', title: 'T', course_title: null, stage: 'published',
    recorded_at: '2026-01-01T00:00:00Z', duration_ms: 1, facilitator_names: [],
    participant_count: 1, chapter_count: 0, thumbnail: null, is_deleted: false, can_edit: false,
    snippet: null, snippet_at_ms: null, snippet_room: null, ...change,
  };
}

describe('the address', () => {
  it('comes back as it was written', () => {
    const place = { q: 'car & city', page: 3, isDeleted: true };
    expect(readPlace(new URL(placePath(place), 'http://x').search)).toEqual(place);
    expect(placePath({ q: '', page: 1, isDeleted: false })).toBe('/library');
  });
  it.each(['?page=0', '?page=-2', '?page=x', ''])('%s means the first page', (search) => {
    expect(readPlace(search).page).toBe(1);
  });
});

it('has one page even when empty', () => {
  expect([pageCount(0), pageCount(12), pageCount(13)]).toEqual([1, 1, 2]);
});

describe('snippetPieces', () => {
  it('keeps hits apart and unescapes once', () => {
    expect(snippetPieces('a &lt;b&gt; <mark>press</mark> &amp;amp; more')).toEqual([
      { text: 'a <b> ', isHit: false },
      { text: 'press', isHit: true },
      { text: ' &amp; more', isHit: false },
    ]);
  });
  it('treats other markup as text', () => {
    expect(snippetPieces('<img src=x>')).toEqual([{ text: '<img src=x>', isHit: false }]);
  });
});

describe('cardPath', () => {
  it.each([
    [{}, '/recordings/r1'],
    [{ snippet_at_ms: 61_900 }, '/recordings/r1?t=61'],
    [
      { snippet_at_ms: 61_900, snippet_room: { number: 3, name: 'Red', name_de: '', is_side: false } },
      '/recordings/r1?room=3&t=61',
    ],
    [{ stage: 'processing' as const }, '/recordings/r1/processing'],
    [{ stage: 'failed' as const }, '/recordings/r1/processing'],
    [{ stage: 'provisional' as const }, '/recordings/r1'],
  ])('%j leads to %s', (change, path) => {
    expect(cardPath(recording(change))).toBe(path);
  });
});

it('asks for progress only while there is some', () => {
  expect(isInWork(recording({ stage: 'provisional' }))).toBe(true);
  expect(isInWork(recording({ stage: 'processing', is_deleted: true }))).toBe(false);
  expect(isInWork(recording({}))).toBe(false);
});
