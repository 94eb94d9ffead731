import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import type { StreamToken } from '../../../protocol';
import { http } from '../../../transport/http';
import { renderUi } from '../../../ui/test_render';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aPerson, aSnapshot } from '../fixtures';
import { StoreContext } from '../store';
import { InviteDialog } from './InviteDialog';

vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function show(role: 'facilitator' | 'learner') {
  const classroom = new Classroom('s1');
  const session = aSnapshot({ participants: [aPerson('ada', { role })] });
  classroom.store.setState({ session, status: 'connected', dialog: 'invite' });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>
        <InviteDialog />
      </StoreContext>
    </ClassroomContext>,
  );
}

test('a program gets its address and token without leaving the class', async () => {
  vi.spyOn(http, 'get').mockResolvedValue([] as never);
  const made: StreamToken = {
    token_id: 't1', name: 'OBS', use: 'screen', may_be_recorded: true, is_used: false,
    is_revoked: false, created_at: '2026-03-02T09:00:00Z', token: 'secret-1', path: '/api/v1/whip/s1',
  }; // prettier-ignore
  const post = vi.spyOn(http, 'post').mockResolvedValue(made as never);
  show('facilitator');
  const dialog = within(await screen.findByRole('dialog', { name: 'Invite people and programs' }));
  const form = (await dialog.findByRole('button', { name: 'Create token' })).closest('form');
  const field = within(form as HTMLElement);
  fireEvent.change(field.getByLabelText('Name in class'), { target: { value: ' OBS ' } });
  fireEvent.click(field.getByRole('button', { name: 'Create token' }));
  expect(await dialog.findByText('secret-1')).toBeTruthy();
  expect(post).toHaveBeenCalledWith('/sessions/s1/stream-tokens', {
    name: 'OBS',
    use: 'camera',
    may_be_recorded: false,
  });
});

test('a learner has no such dialog', () => {
  const get = vi.spyOn(http, 'get');
  show('learner');
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(get).not.toHaveBeenCalled();
});
