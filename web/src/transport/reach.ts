/**
 * Whether media would get through, asked before joining: a STUN request to where it is.
 *
 * An answer shows as a candidate of an address that is none of ours (the server sees to that). It
 * is asked five times in the time we wait. Where there is a way round by TURN, or the server is
 * this very machine, nothing is asked.
 */
import type { MediaReach } from '../protocol';
import { http } from './http';

const PATIENCE_MS = 6000;

const isThisMachine = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || host.startsWith('127.');

export async function isMediaBlocked(pageHost = window.location.hostname): Promise<boolean> {
  const reach = await http.get<MediaReach>('/media/reach');
  if (reach.has_turn || isThisMachine(pageHost)) return false;
  const hosts = reach.hosts.length > 0 ? reach.hosts : [pageHost];
  const urls = hosts.map((host) => {
    const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
    return `stun:${name}:${reach.port}`;
  });
  return asksInVain(urls);
}

function asksInVain(urls: string[]): Promise<boolean> {
  const pc = new RTCPeerConnection({ iceServers: [{ urls }] });
  return new Promise<boolean>((resolve) => {
    let hasNetwork = false;
    window.setTimeout(() => resolve(hasNetwork), PATIENCE_MS);
    pc.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate?.type === 'srflx') resolve(false);
      else if (candidate?.type === 'host') hasNetwork = true;
    });
    pc.createDataChannel('reach');
    void pc.setLocalDescription();
  }).finally(() => pc.close());
}
