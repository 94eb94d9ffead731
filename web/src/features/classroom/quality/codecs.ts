/** Pictures in a codec that this browser did not offer to decode: nothing of them is sent here. */
import type { TrackKind } from '../../../protocol';
import type { PageState } from '../store';

const NAMES: Record<string, string> = { H264: 'H.264' };

export function codecUnknown(
  { quality }: PageState,
  participantId: string,
  track: TrackKind,
): string | null {
  const found = quality?.unshown.find(
    (one) => one.participant_id === participantId && one.track === track,
  );
  return found ? (NAMES[found.codec] ?? found.codec) : null;
}

/** Whose screen it is that would be large. */
export const screenUnknown = ({ quality }: PageState): string | null =>
  quality?.unshown.find((one) => one.track === 'screen')?.participant_id ?? null;
