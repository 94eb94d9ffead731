/** Times in the player: ms on the recording's clock in, link parts and places in lists out. */

/** The `t=` of a shared link: whole seconds (`61`) or `1h2m3s`. Null when it is neither. */
export function parseMoment(text: string | null): number | null {
  if (text === null || text === '') return null;
  if (/^\d+(\.\d+)?s?$/.test(text)) return Math.round(parseFloat(text) * 1000);
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (parts === null) return null;
  const [hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000;
}

/** In-app path to one moment of a recording. */
export function momentPath(recordingId: string, ms: number): string {
  return `/recordings/${recordingId}?t=${Math.floor(Math.max(0, ms) / 1000)}`;
}

/** ISO 8601 duration for `<time datetime>`. */
export function isoDuration(ms: number): string {
  return `PT${Math.floor(Math.max(0, ms) / 1000)}S`;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/**
 * Index of the last entry that starts at or before `atMs` in a list ordered by start; -1 before
 * the first.
 */
export function lastStartedAt(
  entries: readonly { readonly start_ms: number }[],
  atMs: number,
): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.start_ms ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
