import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';

import type { DebateOver } from '../../protocol';
import { ApiError, http } from '../../transport/http';
import { renderUi } from '../test_render';
import { DebatesOverCard } from './DebatesOverCard';
import { useDebatesOver } from './useDebatesOver';

const HIDDEN: DebateOver = {
  debate_id: 'd1',
  motion: 'Print freed Europe',
  sides: [
    { side: 'for', name_en: 'For', name_de: 'Dafür', stance: 'for' },
    { side: 'against', name_en: 'Against', name_de: 'Dagegen', stance: 'against' },
  ],
  result: null,
  result_mark: null,
  are_notes_open: false,
  notes: [],
  names: { p1: 'Ada' },
  unrevealed: { can_reveal: true, voted: { before: 9, after: 3 }, adjudicators: 2, sheets: 1, notes: 1, can_open: true },
};
const RESULT = {
  ballot: {
    before: { for: 1, against: 1, undecided: 1 },
    after: { for: 3, against: 0, undecided: 0 },
    matrix: [[1, 0, 0], [1, 0, 0], [1, 0, 0]],
    turnout: { before: 9, after: 3, both: 3 },
    shift: { for: 66.7, against: -33.3, undecided: -33.3 },
    winner: 'for',
  },
  sides: [],
  speakers: [],
  sheets: [],
  winner: null,
};

function Card() {
  return <DebatesOverCard sessionId="s1" debates={useDebatesOver('/sessions/s1')} />;
}

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test('a facilitator reveals what was forgotten, after saying so twice', async () => {
  vi.spyOn(http, 'get').mockResolvedValue([HIDDEN]);
  const revealed = { ...HIDDEN, result: RESULT, unrevealed: { ...HIDDEN.unrevealed, can_reveal: false } };
  const post = vi.spyOn(http, 'post').mockResolvedValue(revealed);
  renderUi(<Card />);
  expect(await screen.findByText(/9 voted before, 3 after. 1 of 2 score sheets are in/)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Reveal the result' }));
  expect(post).not.toHaveBeenCalled();
  const dialog = await screen.findByRole('dialog', { name: 'Reveal this result?' });
  const sure = [...dialog.querySelectorAll('button')].find((one) => one.textContent === 'Reveal the result');
  await userEvent.click(sure as Element);
  expect(await screen.findByText('For wins')).toBeTruthy();
  expect(post.mock.calls[0]?.[0]).toBe('/sessions/s1/debates/d1/reveal');
});

test('a learner reads what is hidden, the own side’s notes, and no button', async () => {
  const note = { note_id: 'n1', side: 'for', participant_id: 'p1', text: 'Ask for numbers', at_ms: 5 };
  vi.spyOn(http, 'get').mockResolvedValue([{ ...HIDDEN, unrevealed: null, notes: [note] }]);
  renderUi(<Card />);
  expect(await screen.findByText('Hidden until a facilitator reveals it.')).toBeTruthy();
  expect(screen.getByRole('region', { name: 'Notes of your side' }).textContent).toContain(
    'Ada: Ask for numbers',
  );
  expect(screen.queryByRole('button')).toBeNull();
});

test.each([
  ['nothing was debated', () => Promise.resolve([])],
  ['one does not belong to it', () => Promise.reject(new ApiError(404, { code: 'not_found', message: '' }))],
])('there is no card where %s', async (_, answer) => {
  const get = vi.spyOn(http, 'get').mockImplementation(answer as never);
  renderUi(<Card />);
  await waitFor(() => expect(get).toHaveBeenCalled());
  expect(screen.queryByRole('region', { name: 'Debates' })).toBeNull();
});
