/** The part of the fold that is about the room around people: hands, locks, being lost. */
import type {
  HandOrder,
  LockKind,
  SessionSnapshot as ClassroomState,
  WireEvent,
} from '../../protocol';

type Fold = (state: ClassroomState, event: WireEvent) => ClassroomState;
type Data = Record<string, unknown>;

const text = (data: Data, key: string): string => String(data[key] ?? '');
const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function withInvitation(
  state: ClassroomState,
  event: WireEvent,
  invitation: 'none' | 'asked',
): ClassroomState {
  const id = text(event.data, 'participant_id');
  return {
    ...state,
    participants: state.participants.map((one) => {
      if (one.participant_id !== id) return one;
      const isSpeaking = invitation === 'asked' && one.tracks.microphone === true;
      return { ...one, invitation: isSpeaking ? 'granted' : invitation };
    }),
  };
}

export const ROOM_FOLDS: Record<string, Fold> = {
  hand_raised: (state, event) => {
    const id = text(event.data, 'participant_id');
    const talked = Number(event.data.talked_ms ?? 0);
    return {
      ...state,
      hands: state.hands.includes(id) ? state.hands : [...state.hands, id],
      participants: state.participants.map((one) =>
        one.participant_id === id
          ? { ...one, hand_raised_at_ms: event.at_ms, hand_talked_ms: talked }
          : one,
      ),
    };
  },
  hand_lowered: (state, event) => {
    const id = text(event.data, 'participant_id');
    return {
      ...state,
      hands: state.hands.filter((one) => one !== id),
      participants: state.participants.map((one) =>
        one.participant_id === id ? { ...one, hand_raised_at_ms: null, hand_talked_ms: 0 } : one,
      ),
    };
  },
  hand_order_changed: (state, event) => ({
    ...state,
    hand_order: text(event.data, 'order') as HandOrder,
  }),
  airtime_counted: (state, event) => {
    const talked = { ...state.talked_ms };
    const counts = Array.isArray(event.data.talked_ms) ? event.data.talked_ms.map(Number) : [];
    list(event.data.participant_ids).forEach((id, index) => {
      if (!state.participants.some((one) => one.participant_id === id)) return;
      talked[id] = (talked[id] ?? 0) + (counts[index] ?? 0);
    });
    return { ...state, talked_ms: talked };
  },
  speak_invited: (state, event) => withInvitation(state, event, 'asked'),
  speak_declined: (state, event) => withInvitation(state, event, 'none'),
  lock_changed: (state, event) => {
    const lock = text(event.data, 'lock') as LockKind;
    const others = state.locks.filter((one) => one !== lock);
    return { ...state, locks: event.data.is_on === true ? [...others, lock].sort() : others };
  },
  confusion_tapped: (state, event) => ({
    ...state,
    confusion: [...state.confusion, event.at_ms],
  }),
  // Of the timeline only: what floated by is over.
  reactions_counted: (state) => state,
};

/** Since when nobody leads the class. */
export function unattendedSince(state: ClassroomState, atMs: number): number | null {
  const isLed = state.participants.some(
    (one) => one.role === 'facilitator' && one.presence === 'present',
  );
  return state.state !== 'live' || isLed ? null : (state.unattended_since_ms ?? atMs);
}
