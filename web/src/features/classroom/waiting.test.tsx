import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';

import { renderUi } from '../../ui/test_render';
import { Classroom } from './classroom';
import { ClassroomContext } from './context';
import { aPerson, aSnapshot } from './fixtures';
import { StoreContext } from './store';
import { WaitingRoom } from './WaitingRoom';

afterEach(cleanup);

const ben = aPerson('ben', { presence: 'waiting', joined_at_ms: null });
const early = aSnapshot({ me: 'ben', state: 'scheduled', participants: [ben] });

function wait(snapshot = early): Classroom {
  const classroom = new Classroom('s1');
  classroom.store.setState({ session: snapshot, status: 'connected' });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>
        <WaitingRoom />
      </StoreContext>
    </ClassroomContext>,
  );
  return classroom;
}

test('who waits is told at once that the class has started', () => {
  const classroom = wait();
  const said = screen.getByRole('status');
  expect(said.textContent).toContain('The class has not started yet');
  expect(said.textContent).toContain('When it starts, a facilitator will let you in.');
  act(() => classroom.store.setState({ session: { ...early, state: 'live' } }));
  expect(said.textContent).toContain('The class has started. A facilitator will let you in');
});

test('without a lobby one comes in by oneself', () => {
  wait({ ...early, lobby_is_on: false });
  expect(screen.getByRole('status').textContent).toContain('You come in by yourself');
});
