/** Which page of slides was on the stage when. */
import type { RecordedSlide } from '../../protocol';

/** The page at that moment; null where none was shown. */
export const slideAt = (slides: readonly RecordedSlide[], atMs: number): RecordedSlide | null =>
  slides.find((slide) => slide.start_ms <= atMs && atMs < slide.end_ms) ?? null;
