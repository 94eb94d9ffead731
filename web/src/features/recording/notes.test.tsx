import { cleanup, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import type { Recording } from '../../protocol';
import { ApiError, http } from '../../transport/http';
import { renderUi } from '../../ui/test_render';
import { NotesCard } from './NotesCard';

const RECORDING = { summary: { session_id: 's1' } } as Recording;

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test('what the class wrote together stands beside the recording', async () => {
  const get = vi.spyOn(http, 'get').mockResolvedValue({ text: 'Type is metal.\nInk is oil.' });
  renderUi(<NotesCard recording={RECORDING} />);
  expect((await screen.findByText(/Ink is oil/)).textContent).toBe('Type is metal.\nInk is oil.');
  expect(screen.getByRole('button', { name: 'Save as text' })).toBeTruthy();
  expect(get.mock.calls[0]?.[0]).toBe('/sessions/s1/notes');
});

test.each([
  ['nothing was written', () => Promise.resolve({ text: ' \n' })],
  ['one was not there', () => Promise.reject(new ApiError(403, { code: 'not_a_participant', message: '', field: null, retry_after_s: null }))],
])('there is no card where %s', async (_, answer) => {
  const get = vi.spyOn(http, 'get').mockImplementation(answer as never);
  renderUi(<NotesCard recording={RECORDING} />);
  await vi.waitFor(() => expect(get).toHaveBeenCalled());
  expect(screen.queryByRole('region', { name: 'Shared notes' })).toBeNull();
});
