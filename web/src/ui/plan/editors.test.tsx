import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import type { AgendaView, Material, PlannedActivity, PlannedObjective } from '../../protocol';
import { renderUi } from '../test_render';
import { AgendaEditor } from './AgendaEditor';
import { MaterialList } from './MaterialList';
import { ObjectivesEditor } from './ObjectivesEditor';

const AGENDA: AgendaView = {
  activities: [
    { activity_id: 'a', title: 'Talk', kind: 'talk', minutes: 10, note: '', extra_min: 0 },
    { activity_id: 'b', title: 'Ask', kind: 'poll', minutes: 5, note: 'Books open', extra_min: 0 },
  ],
  revision: 4,
  runs: [{ activity_id: 'a', from_ms: 0, to_ms: null }],
  can_undo: true,
};

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test('AG2 the order is changed with the arrow keys and saved on the revision it was made from', async () => {
  const saved: [PlannedActivity[], number][] = [];
  renderUi(
    <AgendaEditor
      agenda={AGENDA}
      onSave={(activities, revision) => {
        saved.push([activities, revision]);
        return Promise.resolve();
      }}
    />,
  );
  expect(screen.queryByText('Save')).toBeNull();
  const handle = screen.getByLabelText('Move Talk, place 1');
  fireEvent.keyDown(handle, { key: 'ArrowUp' });
  fireEvent.keyDown(handle, { key: 'ArrowDown' });
  await waitFor(() =>
    expect(document.activeElement).toBe(screen.getByLabelText('Move Talk, place 2')),
  );
  expect(screen.getByText('Talk: place 2 of 2')).toBeTruthy();
  fireEvent.click(screen.getByText('Save'));
  await waitFor(() => expect(saved).toHaveLength(1));
  expect(saved[0]?.[0].map((one) => one.activity_id)).toEqual(['b', 'a']);
  expect(saved[0]?.[1]).toBe(4);
});

test('AG4 what has begun cannot be taken out; what is refused is said', async () => {
  renderUi(<AgendaEditor agenda={AGENDA} onSave={() => Promise.reject(new Error('no'))} />);
  const remove = (name: string) => screen.getByLabelText<HTMLButtonElement>(name);
  expect(remove('Remove Talk').disabled).toBe(true);
  fireEvent.click(remove('Remove Ask'));
  expect(screen.queryByDisplayValue('Ask')).toBeNull();
  fireEvent.click(screen.getByText('Save'));
  await waitFor(() => expect(screen.getByRole('alert')).toBeTruthy());
  fireEvent.click(screen.getByText('Cancel'));
  expect(screen.getByDisplayValue('Ask')).toBeTruthy();
});

test('AG2 objectives that somebody else has saved meanwhile: both are kept until one is chosen', async () => {
  const saved: [PlannedObjective[], number][] = [];
  const editor = (text: string, revision: number) => (
    <ObjectivesEditor
      objectives={{ items: [{ objective_id: 'o', text, covered_at_ms: null }], revision }}
      onSave={(objectives, on) => {
        saved.push([objectives, on]);
        return Promise.resolve();
      }}
    />
  );
  const page = renderUi(editor('Say why', 1));
  fireEvent.change(screen.getByDisplayValue('Say why'), { target: { value: 'Mine' } });
  page.rerender(editor('Theirs', 2));
  expect(screen.getByDisplayValue('Mine')).toBeTruthy();
  fireEvent.click(screen.getByText('Save mine'));
  await waitFor(() => expect(saved).toEqual([[[{ objective_id: 'o', text: 'Mine' }], 2]]));
});

test('MA5 a tick is one’s own and can be taken back; opening counts as seen', async () => {
  const material: Material = {
    material_id: 'm',
    kind: 'link',
    title: 'The source',
    url: 'https://example.org/',
    media_type: null,
    octets: null,
    seen_at: null,
    done_at: null,
  };
  const sent: unknown[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
    if (init?.method !== 'PUT') {
      return Promise.resolve(new Response(JSON.stringify([material]), { status: 200 }));
    }
    sent.push(JSON.parse(String(init.body)));
    return Promise.resolve(new Response(null, { status: 204 }));
  });
  renderUi(<MaterialList sessionId="s" />);
  const link = (await screen.findByText('The source')).closest('a');
  if (!link) throw new Error('The title is no link');
  expect([link.target, link.rel]).toEqual(['_blank', 'noopener noreferrer']);
  link.addEventListener('click', (event) => event.preventDefault());
  fireEvent.click(link);
  const tick = screen.getByLabelText<HTMLInputElement>('Done: The source');
  await waitFor(() => expect(screen.getByText('Opened')).toBeTruthy());
  fireEvent.click(tick);
  await waitFor(() => expect(tick.checked).toBe(true));
  fireEvent.click(tick);
  await waitFor(() => expect(tick.checked).toBe(false));
  expect(sent).toEqual([{ mark: 'seen' }, { mark: 'done' }, { mark: 'not_done' }]);
});
