import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { DebateFormat, FormatProblem, User } from '../../protocol';
import { useMe } from '../../transport/me';
import { beginning, useDraft } from './draft';
import EditFormatPage from './EditFormatPage';

let problems: FormatProblem[] = [];
let saved: DebateFormat | null = null;

function answer(url: string, init?: RequestInit): unknown {
  const body = init?.body ? (JSON.parse(String(init.body)) as { format: DebateFormat }) : null;
  if (url.endsWith('/check')) return { problems };
  saved = body?.format ?? null;
  return { summary: { format_id: 'f1', version: 1 }, format: body?.format };
}

beforeEach(() => {
  problems = [];
  saved = null;
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) =>
    Promise.resolve(new Response(JSON.stringify(answer(url, init)), { status: 200 })),
  );
  useMe.setState({
    me: {
      user: { user_id: 'u', name: 'Tess', email: 't@x.org', role: 'facilitator' } as User,
      guest_session_ids: [], needs_setup: false, version: '1',
    },
  });
  useDraft.setState({ draft: { format: beginning({ en: 'Ours', de: 'Unseres' }), notes: [] } });
});

afterEach(() => vi.unstubAllGlobals());

function show() {
  render(
    <MantineProvider env="test">
      <EditFormatPage formatId={null} />
    </MantineProvider>,
  );
}

const order = () =>
  [...document.querySelectorAll('[data-speech]')].map((row) => row.getAttribute('aria-label'));

it('moves a speech with Alt and the arrow keys, says so and keeps the focus on it', async () => {
  show();
  const handle = screen.getByRole('button', { name: 'Drag Opening Con' });
  handle.focus();
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  expect(order()).toEqual(['Opening Con', 'Opening Pro']);
  expect(screen.getByText('Opening Con is now number 1')).toBeTruthy();
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Drag Opening Con');
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(order()).toEqual(['Opening Pro', 'Opening Con']);
}, 30_000);

it('moves a speech by dragging it', () => {
  show();
  const dataTransfer = { effectAllowed: '', setData: vi.fn() };
  const handle = screen.getByRole('button', { name: 'Drag Opening Con' });
  const target = screen.getByRole('group', { name: 'Opening Pro' });
  fireEvent.dragStart(handle, { dataTransfer });
  fireEvent.dragOver(target, { dataTransfer });
  fireEvent.drop(target, { dataTransfer });
  expect(order()).toEqual(['Opening Con', 'Opening Pro']);
});

it('moves the bells at the end with the length, and saves what is shown', async () => {
  show();
  const length = screen.getByRole('textbox', { name: 'Length: Opening Pro' });
  await userEvent.clear(length);
  await userEvent.type(length, '5:00{Enter}');
  await userEvent.click(screen.getByRole('button', { name: 'Bells and more of Opening Pro' }));
  const row = within(screen.getByRole('group', { name: 'Opening Pro' }));
  expect(row.getByRole('textbox', { name: 'Bell 2 at' })).toHaveProperty('value', '5:00');
  expect(row.getByRole('textbox', { name: 'Period 2 from' })).toHaveProperty('value', '5:00');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(saved?.phases[0]?.speeches[0]?.length_s).toBe(300));
}, 30_000);

it('refuses what is no time at the field itself', async () => {
  show();
  const prep = screen.getByRole('textbox', { name: 'Preparation' });
  await userEvent.clear(prep);
  await userEvent.type(prep, 'soon');
  expect(screen.getByText('Write minutes and seconds, such as 7:00.')).toBeTruthy();
  expect(prep.getAttribute('aria-invalid')).toBe('true');
}, 30_000);

it('shows what the server finds wrong where it is, opened, and does not save it', async () => {
  problems = [
    { code: 'bell_outside', message: '…', field: 'phases[0].speeches[1].bells[0].at_s' },
    { code: 'never_heard_of', message: 'The server says so.', field: 'prep_s' },
  ];
  show();
  const row = within(screen.getByRole('group', { name: 'Opening Con' }));
  expect(await row.findByText('A bell rings within the speech.')).toBeTruthy();
  expect(screen.getByText('The server says so.')).toBeTruthy();
  expect(screen.getByText('2 problems')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Save' })).toHaveProperty('disabled', true);
}, 30_000);

it('writes names in the language chosen', async () => {
  show();
  await userEvent.click(screen.getByRole('radio', { name: 'Deutsch' }));
  const name = screen.getByRole('textbox', { name: 'Name' });
  expect(name).toHaveProperty('value', 'Unseres');
  await userEvent.clear(name);
  await userEvent.type(name, 'Anderes');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(saved?.name).toEqual({ en: 'Ours', de: 'Anderes' }));
}, 30_000);
