import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import type { RecordingSummary } from '../../protocol';
import { RecordingCard } from './RecordingCard';

const RECORDING: RecordingSummary = {
  recording_id: 'r1', session_id: 's1', title: 'The press', course_title: 'Books',
  stage: 'published', recorded_at: '2026-01-01T00:00:00Z', duration_ms: 61_000,
  facilitator_names: ['Amara'], participant_count: 3, chapter_count: 2, thumbnail: null,
  is_deleted: false, can_edit: true, snippet: 'with <mark>movable</mark> &lt;types&gt;',
  snippet_at_ms: 42_000, snippet_room: null,
};

function show(change: Partial<RecordingSummary> = {}) {
  const acts = {
    onRename: vi.fn(() => Promise.resolve()), onDelete: vi.fn(), onRestore: vi.fn(),
    onChanged: vi.fn(),
  };
  render(
    <MantineProvider env="test">
      <ul>
        <RecordingCard recording={{ ...RECORDING, ...change }} {...acts} />
      </ul>
    </MantineProvider>,
  );
  return acts;
}

it('shows the hit with its place and leads there', () => {
  show();
  expect(screen.getByText('movable').tagName).toBe('MARK');
  const link = screen.getByRole('link', { name: /Play from 0:42/ });
  expect(link.getAttribute('href')).toBe('/recordings/r1?t=42');
  expect(link.textContent).toContain('<types>');
});

it('says in which room it was said, and leads into it', () => {
  show({ snippet_room: { number: 2, name: 'Red', name_de: '', is_side: false } });
  const link = screen.getByRole('link', { name: /Play from 0:42/ });
  expect(link.getAttribute('href')).toBe('/recordings/r1?room=2&t=42');
  expect(link.textContent).toContain('In Red:');
});

it('renames with Enter and not with Escape', async () => {
  const { onRename } = show();
  const rename = async (keys: string) => {
    await userEvent.click(screen.getByRole('button', { name: 'Actions for The press' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Rename' }));
    const field = await screen.findByRole('textbox', { name: 'New title' });
    await userEvent.clear(field);
    await userEvent.type(field, keys);
  };
  await rename('Other{Escape}');
  expect(onRename).not.toHaveBeenCalled();
  await rename('Other{Enter}');
  expect(onRename).toHaveBeenCalledExactlyOnceWith('Other');
}, 20_000);

it('offers those who may not edit no actions', () => {
  show({ can_edit: false });
  expect(screen.queryByRole('button')).toBeNull();
});

it('offers a deleted one only to be restored', async () => {
  const { onRestore } = show({ is_deleted: true });
  expect(screen.queryByRole('link', { name: 'The press' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Restore The press' }));
  expect(onRestore).toHaveBeenCalledOnce();
});
