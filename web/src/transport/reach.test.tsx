/** The check before joining, over a peer connection whose STUN requests fare as the test says. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { MediaReach } from '../protocol';
import { http } from './http';
import { isMediaBlocked } from './reach';

let asked: string[];

function network(...candidates: string[]): void {
  class Peer extends EventTarget {
    constructor(configuration: { iceServers: { urls: string[] }[] }) {
      super();
      asked = configuration.iceServers.flatMap(({ urls }) => urls);
    }
    createDataChannel = () => undefined;
    close = () => undefined;
    setLocalDescription = () => {
      for (const type of candidates) {
        this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate: { type } }));
      }
      return Promise.resolve();
    };
  }
  vi.stubGlobal('RTCPeerConnection', Peer);
}

function server(over: Partial<MediaReach> = {}): void {
  vi.spyOn(http, 'get').mockResolvedValue({ hosts: [], port: 40000, has_turn: false, ...over });
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function found(pageHost = 'class.example.org'): Promise<boolean> {
  const told = isMediaBlocked(pageHost);
  await vi.advanceTimersByTimeAsync(7000);
  return told;
}

test('where no answer comes media is blocked', async () => {
  server();
  network('host', 'host');
  expect(await found()).toBe(true);
  expect(asked).toEqual(['stun:class.example.org:40000']);
});

test('one answer is enough', async () => {
  server({ hosts: ['203.0.113.7', '2001:db8::7'] });
  network('host', 'srflx');
  expect(await found()).toBe(false);
  expect(asked).toEqual(['stun:203.0.113.7:40000', 'stun:[2001:db8::7]:40000']);
});

test('a browser that tells nothing of its network is not called blocked', async () => {
  server();
  network();
  expect(await found()).toBe(false);
});

test('nothing is asked on the machine itself, nor where TURN leads round', async () => {
  network('host');
  server();
  expect(await found('localhost')).toBe(false);
  server({ has_turn: true });
  expect(await found()).toBe(false);
  expect(asked).toEqual([]);
});
