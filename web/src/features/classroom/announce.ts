import type { WireEvent } from '../../protocol';
import { isFacilitator, personOf } from './selectors';
import type { ClassroomState } from './state';

export interface Announcement {
  key:
    | 'handUp'
    | 'waiting'
    | 'joined'
    | 'left'
    | 'pollOpen'
    | 'pollClosed'
    | 'pollRevealed'
    | 'recordingOn'
    | 'recordingPaused'
    | 'recordingOff'
    | 'sharing'
    | 'activity'
    | 'ended';
  name?: string;
  question?: string;
}

/** What one polite live region says about an event; null for what would only be noise. */
export function announce(after: ClassroomState, event: WireEvent): Announcement | null {
  const id = typeof event.data.participant_id === 'string' ? event.data.participant_id : null;
  const isOwn = id === after.me;
  const name = personOf(after, id)?.name ?? '';
  switch (event.type) {
    case 'hand_raised':
      return isOwn ? null : { key: 'handUp', name };
    case 'participant_waiting':
      return isFacilitator(after) ? { key: 'waiting', name } : null;
    case 'participant_joined':
      return isOwn ? null : { key: 'joined', name };
    case 'participant_left':
      return isOwn ? null : { key: 'left', name };
    case 'poll_opened':
      return { key: 'pollOpen', question: String(event.data.question ?? '') };
    case 'poll_closed':
      return { key: 'pollClosed' };
    case 'poll_revealed':
      return { key: 'pollRevealed' };
    case 'recording_started':
    case 'recording_resumed':
      return { key: 'recordingOn' };
    case 'recording_paused':
      return { key: 'recordingPaused' };
    case 'recording_stopped':
      return { key: 'recordingOff' };
    case 'track_changed':
      return event.data.track === 'screen' && event.data.is_on === true && !isOwn
        ? { key: 'sharing', name }
        : null;
    case 'activity_started': {
      const started = after.agenda.activities.find(
        (one) => one.activity_id === event.data.activity_id,
      );
      return started ? { key: 'activity', question: started.title } : null;
    }
    case 'session_ended':
      return { key: 'ended' };
    default:
      return null;
  }
}
