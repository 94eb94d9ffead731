import { screen } from '@testing-library/react';
import axe from 'axe-core';
import { expect, test } from 'vitest';

import { renderUi } from '../../ui/test_render';
import { Banners } from './Banners';
import { Classroom } from './classroom';
import { ClassroomContext } from './context';
import { aPerson, aSnapshot } from './fixtures';
import { StoreContext } from './store';

function show(me: string, media: 'failed' | 'blocked') {
  const classroom = new Classroom('s1');
  const participants = [aPerson('ada', { role: 'facilitator' }), aPerson('ben')];
  const session = aSnapshot({ participants, me });
  classroom.store.setState({ session, status: 'connected', media });
  return renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>
        <Banners />
      </StoreContext>
    </ClassroomContext>,
  );
}

test('where media cannot get through, the page says why and what to do', async () => {
  const { container } = show('ben', 'blocked');
  screen.getByText(/do not get through.*\(UDP\).*hotspot/);
  expect(screen.queryByText(/TURN/)).toBeNull();
  expect((await axe.run(container)).violations).toEqual([]);
});

test('a facilitator hears what the server could do about it', () => {
  show('ada', 'blocked');
  screen.getByText(/TURN/);
});

test('while it may still come up, nothing is blamed', () => {
  show('ben', 'failed');
  expect(screen.queryByText(/hotspot/)).toBeNull();
  screen.getByText(/being reconnected/);
});
