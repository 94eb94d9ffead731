import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import type { AnyCommand, SessionSnapshot } from '../../../protocol';
import { renderUi } from '../../../ui/test_render';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aSnapshot } from '../fixtures';
import { StoreContext } from '../store';
import { AgendaBar } from './AgendaBar';
import { PlanDialog } from './PlanDialog';
import { QuietHint } from './QuietHint';

const agenda = (over: Partial<SessionSnapshot['agenda']> = {}): SessionSnapshot['agenda'] => ({
  activities: [
    { activity_id: 'a', title: 'Why print?', kind: 'talk', minutes: 10, note: '', extra_min: 0 },
    { activity_id: 'b', title: 'Who first?', kind: 'poll', minutes: 5, note: '', extra_min: 0 },
  ],
  revision: 1,
  runs: [],
  can_undo: false,
  ...over,
});
const goesOn = [{ activity_id: 'a', from_ms: 0, to_ms: null }];

function show(element: React.ReactElement, over: Partial<SessionSnapshot> = {}) {
  const classroom = new Classroom('s1');
  const sent: AnyCommand[] = [];
  vi.spyOn(classroom, 'command').mockImplementation((command) => {
    sent.push(command);
    return Promise.resolve(true);
  });
  classroom.store.setState({
    session: aSnapshot(over),
    status: 'connected',
    dialog: 'plan',
    clock: { nowMs: 60_000, utcMs: 0, atMs: performance.now() },
  });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>{element}</StoreContext>
    </ClassroomContext>,
  );
  return sent;
}

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test('AG5 whoever leads begins, moves on and back, naming what goes on', () => {
  const sent = show(<AgendaBar />, { agenda: agenda() });
  fireEvent.click(screen.getByText('Begin agenda'));
  cleanup();
  const later = show(<AgendaBar />, {
    agenda: agenda({
      runs: [
        { activity_id: 'a', from_ms: 0, to_ms: 9 },
        { activity_id: 'b', from_ms: 9, to_ms: null },
      ],
      can_undo: true,
    }),
  });
  fireEvent.click(screen.getByText('Next'));
  for (const label of ['Back to the activity before', '5 min more', 'Take the last step back']) {
    fireEvent.click(screen.getByLabelText(label));
  }
  expect(sent).toEqual([{ type: 'next_activity', current: null }]);
  expect(later).toEqual([
    { type: 'next_activity', current: 'b' },
    { type: 'previous_activity', current: 'b' },
    { type: 'extend_activity', minutes: 5 },
    { type: 'undo_agenda' },
  ]);
});

test('AG6 everybody sees the time that is left, and that it is over', () => {
  const over = { me: 'ben', agenda: agenda({ runs: goesOn }) };
  show(<AgendaBar />, over);
  expect(screen.getByTestId('agenda-timer').textContent).toContain('9:00 left');
  expect(screen.queryByText('Next')).toBeNull();
  cleanup();
  const late = agenda({ runs: [{ activity_id: 'a', from_ms: -600_000, to_ms: null }] });
  show(<AgendaBar />, { me: 'ben', agenda: late });
  expect(screen.getByTestId('agenda-timer').textContent).toContain('1:00 over');
});

test('AG10 a learner sees no agenda before it has begun', () => {
  show(<AgendaBar />, { me: 'ben', agenda: agenda() });
  expect(screen.queryByLabelText('Where the class stands')).toBeNull();
});

test('AM1 the hint is for facilitators and can be followed in one click, or dismissed', () => {
  show(<QuietHint />, { me: 'ben', quiet_since_ms: 0 });
  expect(screen.queryByRole('status')).toBeNull();
  cleanup();
  const sent = show(<QuietHint />, { quiet_since_ms: -660_000 });
  expect(screen.getByRole('status').textContent).toContain('12 minutes');
  fireEvent.click(screen.getByText('Ask: all clear?'));
  fireEvent.click(screen.getByLabelText('Dismiss'));
  expect(sent.map((one) => one.type)).toEqual(['create_poll', 'dismiss_hint']);
});

test('AG9 whoever leads ticks objectives and starts any activity in the plan', async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(() =>
    Promise.resolve(new Response('[]', { status: 200 })),
  );
  const objectives = {
    items: [{ objective_id: 'o', text: 'Date the press', covered_at_ms: null }],
    revision: 1,
  };
  const sent = show(<PlanDialog />, { agenda: agenda({ runs: goesOn }), objectives });
  fireEvent.click(await screen.findByLabelText('Date the press'));
  fireEvent.click(screen.getByLabelText('Start Who first?'));
  expect(sent).toEqual([
    { type: 'cover_objective', objective_id: 'o', is_covered: true },
    { type: 'start_activity', activity_id: 'b' },
  ]);
  await waitFor(() =>
    expect(screen.getByText('There is nothing to look at before class.')).toBeTruthy(),
  );
});
