/** Preview pictures of the seek bar: a WebVTT file whose cues name a sprite and a rectangle. */
import { lastStartedAt } from '../../ui/media/time';

export interface Tile {
  readonly start_ms: number;
  readonly end_ms: number;
  readonly url: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function vttTime(text: string): number {
  const parts = text.trim().split(':').map(Number);
  if (parts.some(Number.isNaN)) return NaN;
  return Math.round(parts.reduce((sum, part) => sum * 60 + part, 0) * 1000);
}

/** Cues that do not name a rectangle (`#xywh=`) are skipped, as are broken ones. */
export function parseStoryboard(text: string, baseUrl: string): Tile[] {
  const tiles: Tile[] = [];
  for (const block of text.replace(/\r\n?/g, "\n").split(/\n{2,}/)) {
    const lines = block.split("\n");
    const timing = lines.findIndex((line) => line.includes('-->'));
    if (timing < 0) continue;
    const [from = '', rest = ''] = (lines[timing] ?? '').split('-->');
    const start_ms = vttTime(from);
    const end_ms = vttTime(rest.trim().split(/\s+/)[0] ?? '');
    const payload = lines[timing + 1]?.trim() ?? '';
    const box = /#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/.exec(payload);
    if (Number.isNaN(start_ms) || Number.isNaN(end_ms) || box === null) continue;
    const [x = 0, y = 0, width = 0, height = 0] = box.slice(1).map(Number);
    const url = new URL(payload.slice(0, payload.indexOf('#')), baseUrl).toString();
    tiles.push({ start_ms, end_ms, url, x, y, width, height });
  }
  return tiles.sort((one, other) => one.start_ms - other.start_ms);
}

export function tileAt(tiles: readonly Tile[], atMs: number): Tile | null {
  return tiles[Math.max(0, lastStartedAt(tiles, atMs))] ?? null;
}
