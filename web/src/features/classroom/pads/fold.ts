/** What a page does with events about the whiteboard (docs/protocol.md). */
import type { SessionSnapshot as ClassroomState, WireEvent } from '../../../protocol';

type Fold = (state: ClassroomState, event: WireEvent) => ClassroomState;

export const PAD_FOLDS: Record<string, Fold> = {
  whiteboard_opened: (state, event) => ({
    ...state,
    whiteboard: { opened_at_ms: event.at_ms, opened_by: String(event.data.participant_id) },
  }),
  whiteboard_closed: (state) => ({
    ...state,
    whiteboard: { opened_at_ms: null, opened_by: null },
  }),
};
