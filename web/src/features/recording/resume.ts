/**
 * Where one left off. The server keeps the position per person, so another device goes on from
 * there; this browser also keeps the furthest point, which only fills the chapters' bars.
 */
export interface Progress {
  readonly position_ms: number;
  readonly furthest_ms: number;
}

export const START: Progress = { position_ms: 0, furthest_ms: 0 };

type Store = Pick<Storage, 'getItem' | 'setItem'>;

function key(recordingId: string): string {
  return `reprise.watch.${recordingId}`;
}

/** Storage may be blocked or hold anything; then watching starts at the beginning. */
export function readProgress(store: Store | undefined, recordingId: string): Progress {
  try {
    const found: unknown = JSON.parse(store?.getItem(key(recordingId)) ?? 'null');
    if (typeof found !== 'object' || found === null) return START;
    const { position_ms, furthest_ms } = found as Record<string, unknown>;
    if (typeof position_ms !== 'number' || typeof furthest_ms !== 'number') return START;
    return { position_ms, furthest_ms };
  } catch {
    return START;
  }
}

export function writeProgress(
  store: Store | undefined,
  recordingId: string,
  progress: Progress,
): void {
  try {
    store?.setItem(key(recordingId), JSON.stringify(progress));
  } catch {
    // A full or blocked storage costs the resume position, nothing else.
  }
}

/** Not worth resuming: the first seconds, or so near the end that one has seen it. */
const NEAR_START_MS = 5_000;
const NEAR_END_MS = 8_000;

/** The server's position wins; without one (a guest, an old server) this browser's stands in. */
export function merged(local: Progress, serverMs: number | null): Progress {
  if (serverMs === null || serverMs === 0) return local;
  return { position_ms: serverMs, furthest_ms: Math.max(local.furthest_ms, serverMs) };
}

export function startPosition(
  linkMs: number | null,
  saved: Progress,
  durationMs: number,
): { readonly ms: number; readonly isResumed: boolean } {
  if (linkMs !== null) {
    return { ms: Math.min(linkMs, Math.max(0, durationMs - 500)), isResumed: false };
  }
  const { position_ms: ms } = saved;
  if (ms < NEAR_START_MS || (durationMs > 0 && ms > durationMs - NEAR_END_MS)) {
    return { ms: 0, isResumed: false };
  }
  return { ms, isResumed: true };
}
