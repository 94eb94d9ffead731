/** What the figures of a connection mean for the person behind it, worst first. */
import { formatPercent, formatRate } from '../../../i18n';
import type { ConnectionQuality } from '../../../protocol';
import type { DeviceView } from './device';

export type Level = ConnectionQuality['level'];

export interface Cause {
  key:
    | 'busy'
    | 'lossUp'
    | 'lossDown'
    | 'delay'
    | 'paused'
    | 'pausedRate'
    | 'smaller'
    | 'smallerRate'
    | 'cpu'
    | 'slow'
    | 'uplink'
    | 'sender'
    | 'relayed';
  values: Record<string, string | number>;
}

/** From where on the server calls a connection fair (`media_quality.py`). */
const LOSS = 0.02;
const RTT_MS = 250;
/** Two decimals of a percent say more than anybody has measured. */
const percent = (share: number) => formatPercent(Math.round(share * 1000) / 10);

export function causesOf(quality: ConnectionQuality | null, device: DeviceView | null): Cause[] {
  const causes: Cause[] = [];
  const say = (key: Cause['key'], values: Cause['values'] = {}) => causes.push({ key, values });
  if (quality && quality.level !== 'lost') {
    if (quality.loss_up > LOSS) say('lossUp', { percent: percent(quality.loss_up) });
    if (quality.loss_down > LOSS) say('lossDown', { percent: percent(quality.loss_down) });
    if (quality.rtt_ms !== null && quality.rtt_ms > RTT_MS) {
      say('delay', { ms: Math.round(quality.rtt_ms) });
    }
    const rate = quality.estimate === null ? null : { rate: formatRate(quality.estimate) };
    const count = quality.paused.length;
    if (count > 0) say(rate ? 'pausedRate' : 'paused', { count, ...rate });
    const smaller = heldBack(quality, 'link');
    if (smaller > 0) say(rate ? 'smallerRate' : 'smaller', { count: smaller, ...rate });
  }
  if (quality?.server_is_busy) say('busy');
  if (device?.limit === 'cpu') say('cpu');
  if (device?.isSlow) say('slow');
  if (device?.limit === 'bandwidth') say('uplink');
  if (device?.isRelayed) say('relayed');
  const bySender = quality ? heldBack(quality, 'sender') : 0;
  if (bySender > 0) say('sender', { count: bySender });
  return causes;
}

/** Paused ones are said already. */
function heldBack(quality: ConnectionQuality, by: 'link' | 'sender'): number {
  return Object.entries(quality.held_back).filter(
    ([slot, why]) => why === by && !quality.paused.includes(slot),
  ).length;
}

/** The server's word, and no better than fair where this device cannot keep up. */
export function levelOf(quality: ConnectionQuality | null, device: DeviceView | null): Level | null {
  if (!quality) return null;
  const isSlow = device !== null && (device.limit === 'cpu' || device.isSlow);
  return quality.level === 'good' && isSlow ? 'fair' : quality.level;
}
