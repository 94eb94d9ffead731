/** What the browser says of its own side of a connection. */
export interface DeviceStats {
  /** What keeps pictures smaller than asked; null: nothing, nothing is sent, or it is not told. */
  limit: 'cpu' | 'bandwidth' | null;
  /** The largest picture that goes out. */
  sending: { height: number; fps: number } | null;
  /** Since the connection began. */
  framesReceived: number;
  framesDropped: number;
  /** Round by a TURN server, because nothing goes straight. */
  isRelayed: boolean;
}

type Entry = Record<string, unknown>;

const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** `getStats()` of Chromium and Firefox; what one of them does not say is left out. */
export function deviceStats(report: Iterable<Entry>): DeviceStats {
  const entries = [...report];
  const sent = entries.filter(
    (one) => one.type === 'outbound-rtp' && one.kind === 'video' && one.active !== false,
  );
  const limits = sent.map((one) => one.qualityLimitationReason);
  const largest = sent
    .filter((one) => number(one.framesPerSecond) > 0)
    .sort((a, b) => number(b.frameHeight) - number(a.frameHeight))[0];
  const received = entries.filter((one) => one.type === 'inbound-rtp' && one.kind === 'video');
  const sum = (key: string) => received.reduce((all, one) => all + number(one[key]), 0);
  return {
    limit: limits.includes('cpu') ? 'cpu' : limits.includes('bandwidth') ? 'bandwidth' : null,
    sending: largest
      ? {
          height: number(largest.frameHeight),
          fps: Math.round(number(largest.framesPerSecond)),
        }
      : null,
    framesReceived: sum('framesReceived'),
    framesDropped: sum('framesDropped'),
    isRelayed: isRelayed(entries),
  };
}

function isRelayed(entries: Entry[]): boolean {
  const transport = entries.find((one) => one.type === 'transport');
  const pair = entries.find(
    (one) =>
      one.type === 'candidate-pair' &&
      (transport ? one.id === transport.selectedCandidatePairId : one.selected === true),
  );
  const local = entries.find((one) => one.id === pair?.localCandidateId);
  return local?.candidateType === 'relay';
}
