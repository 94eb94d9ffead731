import { fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { useMe } from '../../transport/me';
import { renderUi } from '../../ui/test_render';
import JoinPage from './JoinPage';
import SignInPage from './SignInPage';

const answer = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
  useMe.setState({ me: { user: null, guest_session_ids: [], needs_setup: false, version: '1' } });
});
afterEach(() => vi.unstubAllGlobals());

describe('sign-in', () => {
  function fill() {
    renderUi(<SignInPage />);
    fireEvent.change(screen.getByLabelText('E-mail'), { target: { value: ' ada@example.org ' } });
    fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'a long password' } });
    fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  }

  test('a wrong password does not say which of the two was wrong', async () => {
    fetched.mockResolvedValue(answer(401, { error: { code: 'wrong_credentials', message: 'no' } }));
    fill();
    expect((await screen.findByRole('alert')).textContent).toBe('E-mail or password is wrong.');
    const [url, init] = fetched.mock.calls[0] ?? [];
    expect(url).toBe('/api/v1/sign-in');
    expect(init?.body).toBe('{"email":"ada@example.org","password":"a long password"}');
  });

  test('throttled, it says for how long', async () => {
    fetched.mockResolvedValue(
      answer(429, { error: { code: 'throttled', message: 'slow down', retry_after_s: 11.2 } }),
    );
    fill();
    expect((await screen.findByRole('alert')).textContent).toContain('12 s');
  });
});

describe('a join link', () => {
  test('that was revoked says what to do', async () => {
    fetched.mockResolvedValue(answer(404, { error: { code: 'not_found', message: '' } }));
    renderUi(<JoinPage token="t" />);
    expect(await screen.findByText('This link cannot be used')).toBeTruthy();
  });

  test('takes the seat under the name that was written', async () => {
    const info = {
      session_id: 's1',
      title: 'Printing',
      state: 'live',
      name: 'Guest',
      starts_at: null,
      time_zone: 'UTC',
      record_automatically: true,
    };
    fetched.mockImplementation((url) =>
      Promise.resolve(answer(200, String(url).endsWith('/me') ? useMe.getState().me : info)),
    );
    renderUi(<JoinPage token="t" />);
    fireEvent.change(await screen.findByLabelText('Your name'), { target: { value: 'Cleo' } });
    fireEvent.click(screen.getByRole('button', { name: 'Go to the class' }));
    await waitFor(() => expect(window.location.pathname).toBe('/sessions/s1'));
    expect(fetched.mock.calls.map(([, init]) => init?.body).filter(Boolean)).toEqual([
      '{"name":"Cleo"}',
    ]);
  });
});
