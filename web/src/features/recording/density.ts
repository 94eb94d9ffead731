/** How much is said along the recording: the quiet hill over the seek bar. */
import type { Segment } from '../../protocol';

/**
 * Words said in each bin, smoothed over its neighbours, 0…1 of the busiest bin. Words rather than
 * covered time: a lecture covers nearly all of it and would draw a block.
 */
export function speechDensity(
  segments: readonly Segment[],
  durationMs: number,
  bins: number,
): number[] {
  const said = new Array<number>(bins).fill(0);
  if (durationMs <= 0 || bins <= 0) return said;
  for (const segment of segments) {
    for (const word of segment.words) {
      const middle = (word.start_ms + word.end_ms) / 2;
      const bin = Math.min(bins - 1, Math.max(0, Math.floor((middle / durationMs) * bins)));
      said[bin] = (said[bin] ?? 0) + 1;
    }
  }
  const smooth = said.map((own, bin) => {
    const before = said[bin - 1] ?? own;
    const after = said[bin + 1] ?? own;
    return 0.25 * before + 0.5 * own + 0.25 * after;
  });
  const most = Math.max(...smooth);
  return most > 0 ? smooth.map((each) => each / most) : smooth;
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
