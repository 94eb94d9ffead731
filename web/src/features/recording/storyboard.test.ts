import { describe, expect, it } from 'vitest';
import { parseStoryboard, tileAt } from './storyboard';

const VTT = `WEBVTT

00:00.000 --> 00:05.000
storyboard.webp#xywh=0,0,160,90

2
00:00:05.000 --> 00:00:10.000 align:start
storyboard.webp#xywh=160,0,160,90

00:10.000 --> 00:15.000
not a picture
`;

describe('parseStoryboard', () => {
  const tiles = parseStoryboard(VTT, 'http://x/api/v1/recordings/r/media/2/storyboard.vtt');
  it('reads rectangles and resolves the sprite beside the file', () => {
    expect(tiles).toHaveLength(2);
    expect(tiles[1]).toEqual({
      start_ms: 5_000,
      end_ms: 10_000,
      url: 'http://x/api/v1/recordings/r/media/2/storyboard.webp',
      x: 160,
      y: 0,
      width: 160,
      height: 90,
    });
  });
  it('finds the tile of a time and keeps the last one to the end', () => {
    expect(tileAt(tiles, 0)?.x).toBe(0);
    expect(tileAt(tiles, 7_000)?.x).toBe(160);
    expect(tileAt(tiles, 70_000)?.x).toBe(160);
    expect(tileAt([], 0)).toBeNull();
  });
});
