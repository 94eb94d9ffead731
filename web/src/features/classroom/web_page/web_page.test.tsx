import { act, fireEvent, screen } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';

import type { AnyCommand, SessionSnapshot } from '../../../protocol';
import { http } from '../../../transport/http';
import { renderUi } from '../../../ui/test_render';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aPerson, aSnapshot, eventsAfter } from '../fixtures';
import { Stage } from '../Stage';
import { applyEvents } from '../state';
import { StoreContext } from '../store';
import { framedUrl } from './fold';
import { WebPageDialog } from './WebPageDialog';

vi.setConfig({ testTimeout: 30_000 });

const CLASS = [aPerson('ada', { role: 'facilitator' }), aPerson('ben')];
const PAGE = {
  url: 'https://phet.colorado.edu/a',
  title: 'Springs',
  participant_id: 'ada',
  since_ms: 1,
};

function show(element: React.ReactElement, over: Partial<SessionSnapshot>) {
  const classroom = new Classroom('s1');
  const sent: AnyCommand[] = [];
  vi.spyOn(classroom, 'command').mockImplementation((command) => {
    sent.push(command);
    return Promise.resolve(true);
  });
  const session = aSnapshot({ participants: CLASS, me: 'ben', ...over });
  classroom.store.setState({ session, status: 'connected' });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>{element}</StoreContext>
    </ClassroomContext>,
  );
  return { sent, classroom };
}

describe('WE a web page for everyone', () => {
  test('WE1 comes with its event and goes with it', () => {
    const snapshot = aSnapshot({ participants: CLASS });
    const event = eventsAfter(snapshot);
    const { url, title, participant_id } = PAGE;
    const shown = applyEvents(snapshot, [event('web_page_shared', { url, title, participant_id })]);
    expect(shown.web_page).toMatchObject({ url, title });
    expect(applyEvents(shown, [event('web_page_stopped', {})]).web_page).toBeNull();
  });

  test('WE5 takes the stage in a sandbox that can be skipped', () => {
    show(<Stage />, { web_page: PAGE });
    const frame = screen.getByTitle('Web page: Springs');
    expect(frame.getAttribute('src')).toBe(PAGE.url);
    expect(frame.getAttribute('sandbox')).not.toContain('allow-top-navigation');
    expect(frame.getAttribute('referrerpolicy')).toBe('strict-origin');
    expect(frame.hasAttribute('credentialless')).toBe(true);
    const skip = screen.getByText('Skip the web page');
    const past = (skip.getAttribute('href') ?? '').slice(1);
    expect(document.getElementById(past)).not.toBeNull();
    expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull();
  });

  test('says so when this page may not frame it', () => {
    show(<Stage />, { web_page: PAGE });
    const refused = new Event('securitypolicyviolation');
    Object.assign(refused, { effectiveDirective: 'frame-src', blockedURI: PAGE.url });
    act(() => void document.dispatchEvent(refused));
    expect(screen.getByRole('alert').textContent).toContain('cannot be shown here');
    expect(screen.queryByTitle('Web page: Springs')).toBeNull();
  });

  test('a facilitator stops it', () => {
    const { sent } = show(<Stage />, { web_page: PAGE, me: 'ada' });
    fireEvent.click(screen.getByRole('button', { name: 'Stop' }));
    expect(sent).toEqual([{ type: 'stop_web_page' }]);
  });

  test('WE2 an address that is not listed is explained', async () => {
    vi.spyOn(http, 'get').mockResolvedValue([{ origin: 'https://phet.colorado.edu' }]);
    const { classroom } = show(<WebPageDialog />, { me: 'ada' });
    vi.spyOn(classroom, 'attempt').mockResolvedValue('site_not_listed');
    act(() => classroom.store.setState({ dialog: 'webPage' }));
    const address = await screen.findByLabelText(/Address of the page/);
    fireEvent.change(address, { target: { value: 'https://x.example/' } });
    fireEvent.click(screen.getByRole('button', { name: 'Show to everyone' }));
    await screen.findByText('This site is not on the list. An admin can add it.');
    await screen.findByText(/phet\.colorado\.edu/);
  });

  test.each([
    ['https://phet.colorado.edu/', true],
    ['http://phet.colorado.edu/', false],
    ['javascript:alert(1)', false],
    [window.location.origin, false],
  ])('WE5 %s is framed: %s', (url, isFramed) => {
    expect(framedUrl(url) !== null).toBe(isFramed);
  });
});
