import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
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

/** The one above the form; there is one below it too. */
const save = () => screen.getAllByRole('button', { name: 'Save' })[0] as HTMLElement;
const order = () =>
  [...document.querySelectorAll('[data-speech]')].map((row) => row.getAttribute('aria-label'));

/** Typing letter by letter draws the whole form each time; one change says the same. */
function write(name: string, value: string) {
  const field = screen.getByRole('textbox', { name });
  fireEvent.change(field, { target: { value } });
  fireEvent.blur(field);
  return field;
}

const PATIENT = { timeout: 30_000 };
const LIMIT_MS = 60_000;

it('moves a speech with Alt and the arrow keys, says so and keeps the focus on it', () => {
  show();
  const handle = screen.getByRole('button', { name: 'Drag Opening Con' });
  fireEvent.keyDown(handle, { key: 'ArrowUp', altKey: true });
  expect(order()).toEqual(['Opening Con', 'Opening Pro']);
  expect(screen.getByText('Opening Con is now number 1')).toBeTruthy();
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Drag Opening Con');
  fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(order()).toEqual(['Opening Pro', 'Opening Con']);
}, LIMIT_MS);

it('moves a speech by dragging it', () => {
  show();
  const dataTransfer = { effectAllowed: '', setData: vi.fn() };
  const handle = screen.getByRole('button', { name: 'Drag Opening Con' });
  const target = screen.getByRole('group', { name: 'Opening Pro' });
  fireEvent.dragStart(handle, { dataTransfer });
  fireEvent.dragOver(target, { dataTransfer });
  fireEvent.drop(target, { dataTransfer });
  expect(order()).toEqual(['Opening Con', 'Opening Pro']);
}, LIMIT_MS);

it('moves the bells at the end with the length, refuses what is no time, saves what is shown', async () => {
  show();
  write('Length: Opening Pro', '5:00');
  fireEvent.click(screen.getByRole('button', { name: 'Bells and more of Opening Pro' }));
  const row = within(screen.getByRole('group', { name: 'Opening Pro' }));
  expect(row.getByRole('textbox', { name: 'Bell 2 at' })).toHaveProperty('value', '5:00');
  expect(row.getByRole('textbox', { name: 'Period 2 from' })).toHaveProperty('value', '5:00');
  const prep = write('Preparation', 'soon');
  expect(screen.getByText('Write minutes and seconds, such as 7:00.')).toBeTruthy();
  expect(prep.getAttribute('aria-invalid')).toBe('true');
  write('Preparation', '4:30');
  fireEvent.click(save());
  await waitFor(() => expect(saved?.phases[0]?.speeches[0]?.length_s).toBe(300), PATIENT);
  expect(saved?.prep_s).toBe(270);
}, LIMIT_MS);

it('shows what the server finds wrong where it is, opened, and does not save it', async () => {
  problems = [
    { code: 'bell_outside', message: '…', field: 'phases[0].speeches[1].bells[0].at_s' },
    { code: 'never_heard_of', message: 'The server says so.', field: 'prep_s' },
  ];
  show();
  expect(await screen.findByText('A bell rings within the speech.', {}, PATIENT)).toBeTruthy();
  expect(screen.getByText('The server says so.')).toBeTruthy();
  expect(screen.getByText('2 problems')).toBeTruthy();
  expect(save()).toHaveProperty('disabled', true);
}, LIMIT_MS);

it('writes names in the language chosen', async () => {
  show();
  fireEvent.click(screen.getByRole('radio', { name: 'Deutsch' }));
  expect(screen.getByRole('textbox', { name: 'Name' })).toHaveProperty('value', 'Unseres');
  write('Name', 'Anderes');
  fireEvent.click(save());
  await waitFor(() => expect(saved?.name).toEqual({ en: 'Ours', de: 'Anderes' }), PATIENT);
}, LIMIT_MS);
