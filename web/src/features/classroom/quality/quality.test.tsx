/** A connection that says what is wrong with it. */
import { act, cleanup, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, expect, test, vi } from 'vitest';

import { i18next } from '../../../i18n';
import type { ConnectionQuality } from '../../../protocol';
import { type DeviceStats, deviceStats } from '../../../transport/device_stats';
import { renderUi } from '../../../ui/test_render';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aPerson, aSnapshot } from '../fixtures';
import { PeoplePanel } from '../PeoplePanel';
import { Stage } from '../Stage';
import { fromSnapshot } from '../state';
import { type PageState, StoreContext } from '../store';
import { Tile } from '../Tile';
import { causesOf, levelOf } from './causes';
import { DeviceWatch, type DeviceView } from './device';
import { Quality } from './Quality';

const FINE: ConnectionQuality = {
  loss_up: 0,
  loss_down: 0.01,
  rtt_ms: 40,
  bitrate_up: 900_000,
  bitrate_down: 2_340_000,
  level: 'good',
  paused: [],
  estimate: null,
  held_back: {},
  server_is_busy: false,
  unshown: [],
};
const DEVICE: DeviceView = { limit: null, sending: null, isSlow: false, isRelayed: false };
const keys = (over: Partial<ConnectionQuality>, device: Partial<DeviceView> = {}) =>
  causesOf({ ...FINE, ...over }, { ...DEVICE, ...device }).map((one) => one.key);

afterEach(cleanup);
// axe takes a busy machine a while.
vi.setConfig({ testTimeout: 30_000 });

test('a good connection needs no words, and one that is lost has its own', () => {
  expect(keys({})).toEqual([]);
  expect(causesOf(null, null)).toEqual([]);
  expect(keys({ level: 'lost', loss_up: 1 })).toEqual([]);
});

test('each cause is named with its number, the worst first', () => {
  expect(causesOf({ ...FINE, loss_up: 0.0812 }, null)).toEqual([
    { key: 'lossUp', values: { percent: '8.1%' } },
  ]);
  expect(keys({ loss_down: 0.05, rtt_ms: 400 })).toEqual(['lossDown', 'delay']);
  expect(keys({ held_back: { stage: 'link', gallery0: 'link', gallery1: 'sender' } })).toEqual([
    'smaller',
    'sender',
  ]);
  const paused: ConnectionQuality = {
    ...FINE,
    paused: ['gallery0'],
    held_back: { gallery0: 'link', stage: 'link' },
    estimate: 480_000,
  };
  expect(causesOf(paused, null)).toEqual([
    { key: 'pausedRate', values: { count: 1, rate: '480 kbit/s' } },
    { key: 'smallerRate', values: { count: 1, rate: '480 kbit/s' } },
  ]);
  expect(
    keys({ server_is_busy: true }, { limit: 'cpu', isSlow: true, isRelayed: true }),
  ).toEqual(['busy', 'cpu', 'slow', 'relayed']);
  expect(keys({}, { limit: 'bandwidth' })).toEqual(['uplink']);
});

test('a device that cannot keep up is no good connection', () => {
  expect(levelOf(null, DEVICE)).toBeNull();
  expect(levelOf(FINE, { ...DEVICE, limit: 'cpu' })).toBe('fair');
  expect(levelOf(FINE, { ...DEVICE, limit: 'bandwidth' })).toBe('good');
  expect(levelOf({ ...FINE, level: 'poor' }, { ...DEVICE, isSlow: true })).toBe('poor');
});

const STATS: DeviceStats = {
  limit: null,
  sending: null,
  framesReceived: 0,
  framesDropped: 0,
  isRelayed: false,
};

test('only a limit that lasts is one', () => {
  const watch = new DeviceWatch();
  const seen = (['cpu', 'cpu', 'cpu', null, 'cpu', 'bandwidth'] as const).map(
    (limit) => watch.note({ ...STATS, limit }).limit,
  );
  expect(seen).toEqual([null, null, 'cpu', null, null, null]);
});

test('frames that are thrown away mean a slow device, and another connection counts anew', () => {
  const watch = new DeviceWatch();
  const look = (framesReceived: number, framesDropped: number) =>
    watch.note({ ...STATS, framesReceived, framesDropped }).isSlow;
  expect([look(100, 0), look(200, 20), look(300, 50), look(400, 90)]).toEqual([
    false,
    false,
    false,
    true,
  ]);
  expect(look(50, 10)).toBe(false);
});

test('what Chromium and Firefox say is read', () => {
  const layer = { type: 'outbound-rtp', kind: 'video', qualityLimitationReason: 'none' };
  const chromium = deviceStats([
    { ...layer, frameHeight: 180, framesPerSecond: 30 },
    { ...layer, frameHeight: 360, framesPerSecond: 14.6, qualityLimitationReason: 'cpu' },
    { ...layer, frameHeight: 720, active: false, qualityLimitationReason: 'bandwidth' },
    { type: 'inbound-rtp', kind: 'video', framesReceived: 50, framesDropped: 2 },
    { type: 'inbound-rtp', kind: 'video', framesReceived: 10, framesDropped: 1 },
    { type: 'inbound-rtp', kind: 'audio' },
    { type: 'transport', selectedCandidatePairId: 'p1' },
    { type: 'candidate-pair', id: 'p1', localCandidateId: 'l1' },
    { type: 'local-candidate', id: 'l1', candidateType: 'relay' },
  ]);
  expect(chromium).toEqual({
    limit: 'cpu',
    sending: { height: 360, fps: 15 },
    framesReceived: 60,
    framesDropped: 3,
    isRelayed: true,
  });
  const firefox = deviceStats([
    { type: 'outbound-rtp', kind: 'video', frameHeight: 240, framesPerSecond: 20 },
    { type: 'candidate-pair', id: 'p1', localCandidateId: 'l1', selected: true },
    { type: 'local-candidate', id: 'l1', candidateType: 'prflx' },
  ]);
  expect([firefox.limit, firefox.sending?.height, firefox.isRelayed]).toEqual([null, 240, false]);
});

function show(element: React.ReactElement, page: Partial<PageState>, role: 'facilitator' | 'learner' = 'learner') {
  const classroom = new Classroom('s1');
  const session = fromSnapshot(
    aSnapshot({ participants: [aPerson('ada', { role }), aPerson('ben')] }),
  );
  classroom.store.setState({ session, status: 'connected', media: 'connected', ...page });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>{element}</StoreContext>
    </ClassroomContext>,
  );
  return classroom.store;
}

test('the sign opens a panel by key, in words, and closes back to the sign', async () => {
  const user = userEvent.setup();
  const quality = { ...FINE, level: 'fair', loss_up: 0.05, estimate: 1_500_000 } as const;
  const store = show(<Quality />, { quality, device: { ...DEVICE, sending: { height: 720, fps: 24 } } });
  const sign = screen.getByRole('button', { name: 'Connection: fair' });
  expect(sign).toHaveProperty('textContent', 'Fair');
  sign.focus();
  await user.keyboard('{Enter}');
  const panel = await screen.findByRole('dialog');
  expect(within(panel).getByText(/Your network loses 5% of what you send/)).toBeTruthy();
  expect(within(panel).getByText('1.5 Mbit/s')).toBeTruthy();
  expect(within(panel).getByText('720 lines, 24 a second')).toBeTruthy();
  const found = await axe.run(panel, { rules: { 'color-contrast': { enabled: false } } });
  expect(found.violations).toEqual([]);
  act(() => store.setState({ quality: FINE }));
  expect(within(panel).getByText(/Nothing limits/)).toBeTruthy();
  act(() => store.setState({ media: 'failed' }));
  expect(within(panel).getByText(/Nothing gets through/)).toBeTruthy();
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(document.activeElement).toBe(sign);
});

const TOLD = {
  ada: { participant_id: 'ada', level: 'good', cause: null },
  ben: { participant_id: 'ben', level: 'poor', cause: 'loss_up' },
} as const;

test('facilitators see everybody’s, with its cause', () => {
  show(<PeoplePanel />, { peopleQuality: TOLD }, 'facilitator');
  const row = document.querySelector<HTMLElement>('[data-person="ben"]');
  if (!row) throw new Error('no row');
  expect(within(row).getByRole('img', { name: 'Connection: poor, loses what it sends' })).toBeTruthy();
});

test('learners see nobody’s', () => {
  show(<PeoplePanel />, { peopleQuality: TOLD });
  expect(screen.queryByRole('img', { name: /^Connection/ })).toBeNull();
});

test('a picture that the browser cannot decode is words, not black', () => {
  const ben = aPerson('ben', { tracks: { camera: true, microphone: true } });
  const unshown = [
    { participant_id: 'ben', track: 'camera', codec: 'H264' },
    { participant_id: 'ben', track: 'screen', codec: 'AV1' },
  ] as const;
  const session = fromSnapshot(aSnapshot({ participants: [aPerson('ada'), ben] }));
  const quality = { ...FINE, unshown: [...unshown] };
  show(<Tile t={i18next.getFixedT(null, 'classroom')} personId="ben" slot="gallery0" />, { session, quality });
  expect(screen.getByText('Your browser can’t show this picture (H.264).')).toBeTruthy();
  cleanup();
  show(<Stage />, { session, quality });
  expect(screen.getByText('Your browser can’t show the screen of ben (AV1).')).toBeTruthy();
  cleanup();
  const off = fromSnapshot(aSnapshot({ participants: [aPerson('ada'), aPerson('ben')] }));
  show(<Tile t={i18next.getFixedT(null, 'classroom')} personId="ben" slot="gallery0" />, { session: off, quality });
  expect(document.querySelector('[data-unshown]')).toBeNull();
});
