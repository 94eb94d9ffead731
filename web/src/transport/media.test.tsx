/** How connections replace each other, over peer connections that do what the test says. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from './http';
import { Media, type MediaStatus } from './media';
import { Relays } from './relays';

class Peer extends EventTarget {
  static made: Peer[] = [];
  connectionState: RTCPeerConnectionState = 'new';
  iceGatheringState = 'gathering';
  localDescription = { sdp: 'offer' };
  packets = 0;
  isClosed = false;
  readonly media: string[] = [];
  private count = 0;

  constructor(readonly configuration: RTCConfiguration) {
    super();
    Peer.made.push(this);
  }

  addTransceiver(medium: string) {
    this.count += 1;
    this.media.push(medium);
    return {
      mid: String(this.count),
      setCodecPreferences: () => undefined,
      sender: { track: null, replaceTrack: () => Promise.resolve() },
      receiver: { track: {} },
    };
  }

  createOffer = () => Promise.resolve({});
  setLocalDescription = () => Promise.resolve();
  setRemoteDescription = () => Promise.resolve();
  getStats = () =>
    Promise.resolve(new Map([['t', { type: 'transport', packetsReceived: this.packets }]]));

  becomes(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }

  close(): void {
    this.isClosed = true;
    this.connectionState = 'closed';
  }
}

const settled = () => vi.advanceTimersByTimeAsync(0);
let media: Media;
let statuses: MediaStatus[];
let refusal: ApiError | null;
let isSoundOnly: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  Peer.made = [];
  statuses = [];
  refusal = null;
  isSoundOnly = false;
  vi.stubGlobal('RTCPeerConnection', Peer);
  vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => ({ codecs: [] }) });
  vi.stubGlobal('MediaStream', vi.fn());
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue();
  media = new Media({
    galleryCount: 1,
    offer: () =>
      refusal ? Promise.reject(refusal) : Promise.resolve({ connection_id: 'c', sdp: 'answer' }),
    servers: () => Promise.resolve([{ urls: ['turn:turn.example.org'] }]),
    sends: () => true,
    listener: {
      onStatus: (status) => statuses.push(status),
      onOccupants: () => undefined,
      onSoundOnly: (isOnly) => void (isSoundOnly = isOnly),
      onBlocked: () => undefined,
    },
  });
});

afterEach(() => {
  media.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** The n-th connection that was made. */
function peer(index: number): Peer {
  const found = Peer.made[index];
  if (!found) throw new Error(`there is no connection ${index}`);
  return found;
}

/** Connected, with fifty packets a second until `stop`. */
async function talking(): Promise<() => void> {
  await media.connect();
  peer(0).becomes('connected');
  const flow = window.setInterval(() => void (peer(0).packets += 1), 20);
  await vi.advanceTimersByTimeAsync(3000);
  return () => window.clearInterval(flow);
}

test('the connection knows the TURN servers', async () => {
  await media.connect();
  expect(peer(0).configuration.iceServers).toEqual([{ urls: ['turn:turn.example.org'] }]);
});

test('when nothing comes any more, a new connection is up before the old one goes', async () => {
  const stop = await talking();
  stop();
  await vi.advanceTimersByTimeAsync(1500);
  expect(Peer.made).toHaveLength(2);
  expect(peer(0).isClosed).toBe(false);
  expect(statuses.at(-1)).toBe('connected');
  peer(1).becomes('connected');
  expect(peer(0).isClosed).toBe(true);
  expect(peer(1).isClosed).toBe(false);
  expect(statuses.at(-1)).toBe('connected');
});

test('another network is used at once', async () => {
  const stop = await talking();
  window.dispatchEvent(new Event('online'));
  window.dispatchEvent(new Event('online'));
  await settled();
  expect(Peer.made.filter((one) => !one.isClosed)).toHaveLength(2);
  peer(Peer.made.length - 1).becomes('connected');
  expect(Peer.made.filter((one) => !one.isClosed)).toHaveLength(1);
  stop();
});

test('an old connection that heals meanwhile does not stop the new one', async () => {
  const stop = await talking();
  stop();
  peer(0).becomes('disconnected');
  await vi.advanceTimersByTimeAsync(1500);
  peer(0).becomes('connected');
  peer(1).becomes('connected');
  expect([peer(0).isClosed, peer(1).isClosed]).toEqual([true, false]);
});

test('a way that never opens is called blocked, until one does', async () => {
  await media.connect();
  peer(0).becomes('connecting');
  await vi.advanceTimersByTimeAsync(11_000);
  expect(statuses.at(-1)).toBe('connecting');
  await vi.advanceTimersByTimeAsync(1500);
  expect(statuses.at(-1)).toBe('blocked');
  peer(0).becomes('failed');
  await vi.advanceTimersByTimeAsync(1000);
  expect(Peer.made).toHaveLength(2);
  expect(statuses.at(-1)).toBe('blocked');
  peer(1).becomes('connected');
  expect(statuses.at(-1)).toBe('connected');
});

test('TURN servers are asked for again when half of their time is over', async () => {
  const ask = vi.fn(() =>
    Promise.resolve({
      ice_servers: [
        {
          urls: ['turn:a'],
          username: String(ask.mock.calls.length),
          credential: 'x',
        },
      ],
      expires_in_s: 100,
    }),
  );
  const relays = new Relays(ask);
  await relays.servers();
  await vi.advanceTimersByTimeAsync(49_000);
  await relays.servers();
  expect(ask).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(2000);
  expect((await relays.servers())[0]).toMatchObject({ username: '2' });
});

test('without an answer about TURN the direct way is tried', async () => {
  vi.spyOn(console, 'warn').mockReturnValue();
  const relays = new Relays(() => Promise.reject(new Error('away')));
  expect(await relays.servers()).toEqual([]);
});

test('without room for pictures it offers sound only when asked to, and asks again by itself', async () => {
  refusal = new ApiError(409, { code: 'sound_only', message: 'No room.' });
  await media.connect();
  expect(statuses.at(-1)).toBe('full');
  await vi.advanceTimersByTimeAsync(15_000);
  expect(Peer.made).toHaveLength(2);
  expect(peer(1).media).toContain('video');
  refusal = null;
  await media.hearOnly(true);
  expect(new Set(peer(2).media)).toEqual(new Set(['audio']));
  peer(2).becomes('connected');
  expect(statuses.at(-1)).toBe('connected');
  expect(isSoundOnly).toBe(true);
  refusal = new ApiError(409, { code: 'sound_only', message: 'No room.' });
  await media.hearOnly(false);
  expect(isSoundOnly).toBe(true);
  expect(peer(2).isClosed).toBe(false);
});
