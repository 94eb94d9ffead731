import { Notifications } from '@mantine/notifications';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import type { DeckView } from '../../protocol';
import { ApiError, http } from '../../transport/http';
import * as upload from '../../transport/upload';
import { renderUi } from '../../ui/test_render';
import { SlidesCard } from './SlidesCard';

vi.setConfig({ testTimeout: 30_000 });

const DECK: DeckView = {
  deck_id: 'd1',
  name: 'Printing',
  titles: ['Printing', ''],
  added_at_ms: 1,
  is_deleted: false,
};
const PATH = '/sessions/s1/slides';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function stored(decks: DeckView[]) {
  const now = { decks };
  vi.spyOn(http, 'get').mockImplementation((path) =>
    Promise.resolve((path.endsWith('/uploads') ? [] : now.decks) as never),
  );
  return now;
}

const show = () =>
  renderUi(
    <>
      <SlidesCard sessionId="s1" />
      <Notifications />
    </>,
  );

test('what is uploaded before class is in the list, with its pages', async () => {
  const now = stored([]);
  const done = {
    upload_id: 'u', name: 'Printing.pdf', state: 'done', pages_done: 2, page_count: 2,
    deck_id: 'd1', error: null,
  }; // prettier-ignore
  vi.spyOn(upload, 'uploadFile').mockImplementation(() => {
    now.decks = [DECK];
    return { done: Promise.resolve(done as never), cancel: () => undefined };
  });
  show();
  expect(await screen.findByText('No slides yet')).toBeTruthy();
  const card = screen.getByRole('region', { name: 'Slides' });
  const input = card.querySelector('input[type=file]') as HTMLInputElement;
  fireEvent.change(input, { target: { files: [new File(['x'], 'Printing.pdf')] } });
  fireEvent.click(await screen.findByRole('button', { name: '2 pages of Printing' }));
  const pages = within(screen.getByRole('list', { name: 'Pages of Printing' }));
  expect(pages.getAllByRole('img').map((one) => one.getAttribute('src'))).toEqual([
    `/api/v1${PATH}/d1/1/thumb`,
    `/api/v1${PATH}/d1/2/thumb`,
  ]);
  expect(screen.queryByRole('button', { name: /^Present/ })).toBeNull();
});

test('decks are renamed, ordered and deleted over HTTP, and what fails is said', async () => {
  const now = stored([DECK, { ...DECK, deck_id: 'd2', name: 'Binding' }]);
  const patch = vi.spyOn(http, 'patch').mockResolvedValue(undefined as never);
  const put = vi.spyOn(http, 'put').mockRejectedValue(
    new ApiError(409, { code: 'session_ended', message: 'This session has ended.' }),
  );
  const remove = vi.spyOn(http, 'delete').mockImplementation(() => {
    now.decks = now.decks.map((deck) => ({ ...deck, is_deleted: deck.deck_id === 'd1' }));
    return Promise.resolve(undefined as never);
  });
  show();
  const choose = async (item: string) => {
    fireEvent.click(await screen.findByRole('button', { name: 'More about Printing' }));
    fireEvent.click(await screen.findByRole('menuitem', { name: item }));
  };
  await choose('Move down');
  expect(put).toHaveBeenCalledWith(`${PATH}/order`, { deck_ids: ['d2', 'd1'] });
  expect(await screen.findByText('This session has ended.')).toBeTruthy();
  await waitFor(() =>
    expect(screen.getByRole('button', { name: 'Move Printing, place 1' })).toBeTruthy(),
  );
  await choose('Rename');
  fireEvent.change(screen.getByRole('textbox'), { target: { value: 'Type' } });
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(patch).toHaveBeenCalledWith(`${PATH}/d1`, { name: 'Type' }));
  await waitFor(() => expect(screen.queryByRole('textbox')).toBeNull());
  await choose('Delete');
  expect(await screen.findByText('Deleted (1)')).toBeTruthy();
  expect(remove).toHaveBeenCalledWith(`${PATH}/d1`);
});
