/** Which page of slides, and which picture of the whiteboard, was on the stage when. */
import type { RecordedBoard, RecordedSlide, Recording } from '../../protocol';

/** The page at that moment; null where none was shown. */
export const slideAt = (slides: readonly RecordedSlide[], atMs: number): RecordedSlide | null =>
  slides.find((slide) => slide.start_ms <= atMs && atMs < slide.end_ms) ?? null;

/** The whiteboard as it looked at that moment; null while it was not on the stage. */
export const boardAt = (boards: readonly RecordedBoard[], atMs: number): RecordedBoard | null =>
  boards.find((board) => board.start_ms <= atMs && atMs < board.end_ms) ?? null;

/** The picture in the place of a track that a cut names; null when it names a track. */
export function stillAt(recording: Recording, atMs: number): string | null {
  // Where playback stops, the last picture stays.
  const at = Math.min(atMs, (recording.cuts.at(-1)?.end_ms ?? 0) - 1);
  const cut = recording.cuts.find((each) => each.start_ms <= at && at < each.end_ms);
  const name = cut?.main_track_id ?? '';
  if (name.startsWith('slide:')) return slideAt(recording.slides, at)?.url ?? null;
  if (name.startsWith('board:')) return boardAt(recording.boards, at)?.url ?? null;
  return null;
}
