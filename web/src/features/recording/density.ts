/** How much is said along the recording: the quiet hill over the seek bar. */
import type { Segment } from '../../protocol';

/** Share of each bin that is covered by words, 0…1, smoothed over its neighbours. */
export function speechDensity(
  segments: readonly Segment[],
  durationMs: number,
  bins: number,
): number[] {
  const spoken = new Array<number>(bins).fill(0);
  if (durationMs <= 0 || bins <= 0) return spoken;
  const width = durationMs / bins;
  for (const segment of segments) {
    for (const word of segment.words) {
      const last = Math.min(bins - 1, Math.floor(word.end_ms / width));
      for (let bin = Math.max(0, Math.floor(word.start_ms / width)); bin <= last; bin += 1) {
        const covered =
          Math.min(word.end_ms, (bin + 1) * width) - Math.max(word.start_ms, bin * width);
        spoken[bin] = (spoken[bin] ?? 0) + Math.max(0, covered) / width;
      }
    }
  }
  return spoken.map((own, bin) => {
    const before = spoken[bin - 1] ?? own;
    const after = spoken[bin + 1] ?? own;
    return Math.min(1, 0.25 * before + 0.5 * own + 0.25 * after);
  });
}

/** A closed SVG path of the hill in a `bins-1` × 1 box, smooth between bins. */
export function hillPath(density: readonly number[]): string {
  if (density.length < 2) return '';
  const y = (value: number): string => (1 - value).toFixed(3);
  let path = `M0,1 L0,${y(density[0] ?? 0)}`;
  for (let bin = 1; bin < density.length; bin += 1) {
    const from = y(density[bin - 1] ?? 0);
    const to = y(density[bin] ?? 0);
    path += ` C${bin - 0.5},${from} ${bin - 0.5},${to} ${bin},${to}`;
  }
  return `${path} L${density.length - 1},1 Z`;
}
