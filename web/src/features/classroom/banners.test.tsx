import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { expect, test, vi } from 'vitest';

import type { MediaStatus } from '../../transport/media';
import { renderUi } from '../../ui/test_render';
import { Banners } from './Banners';
import { Classroom } from './classroom';
import { ClassroomContext } from './context';
import { aPerson, aSnapshot } from './fixtures';
import { type PageState, StoreContext } from './store';

function show(me: string, media: MediaStatus, more: Partial<PageState> = {}) {
  const classroom = new Classroom('s1');
  const participants = [aPerson('ada', { role: 'facilitator' }), aPerson('ben')];
  const session = aSnapshot({ participants, me });
  classroom.store.setState({ session, status: 'connected', media, ...more });
  const page = renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>
        <Banners />
      </StoreContext>
    </ClassroomContext>,
  );
  return { ...page, classroom };
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

test('where there is no room for pictures, sound is one click away', async () => {
  const { classroom, container } = show('ben', 'full');
  const hearOnly = vi.spyOn(classroom.incoming, 'hearOnly').mockResolvedValue();
  expect((await axe.run(container)).violations).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Join with sound only' }));
  expect(hearOnly).toHaveBeenCalledWith(true);
});

test('who takes part with sound only can ask for pictures again', async () => {
  const { classroom } = show('ben', 'connected', { isSoundOnly: true });
  const hearOnly = vi.spyOn(classroom.incoming, 'hearOnly').mockResolvedValue();
  await userEvent.click(screen.getByRole('button', { name: 'Try with pictures' }));
  expect(hearOnly).toHaveBeenCalledWith(false);
});

test('a picture without room is said, and not blamed on anybody', () => {
  const quality = {
    loss_up: 0,
    loss_down: 0,
    rtt_ms: 40,
    bitrate_up: 0,
    bitrate_down: 0,
    level: 'good' as const,
    paused: ['stage'],
    estimate: null,
    held_back: {},
    server_is_busy: false,
    unshown: [],
  };
  show('ben', 'connected', { quality });
  screen.getByText(/no room for every picture/);
});
