/**
 * Who is in which receive slot. The server says so over the socket, ahead of the pictures: a change
 * is shown with the first frame of the new person, whose RTP timestamp it names.
 */
import type { SlotAssignment } from '../protocol';

/** `a ≥ b` for 32-bit RTP timestamps, which wrap. */
export const isAtOrAfter = (a: number, b: number): boolean => ((a - b) & 0xffffffff) >= 0;

export type Occupants = Record<string, string | null>;

export class Slots {
  private waiting = new Map<string, SlotAssignment[]>();
  shown: Occupants = {};

  /** True when what is shown changed at once. */
  assign(assignment: SlotAssignment): boolean {
    const { slot, participant_id, rtp } = assignment;
    const isNow = participant_id === null || rtp === null || !hasPicture(slot);
    if (isNow) {
      // An emptied slot freezes on its last picture, so hiding cannot wait for a frame.
      this.waiting.delete(slot);
      return this.show(slot, participant_id);
    }
    this.waiting.set(slot, [...(this.waiting.get(slot) ?? []), assignment]);
    return false;
  }

  /** A frame with this timestamp is on screen. True when the slot's person changed with it. */
  frame(slot: string, rtpTimestamp: number): boolean {
    const queue = this.waiting.get(slot);
    if (!queue) return false;
    let due: SlotAssignment | undefined;
    while (queue[0] && queue[0].rtp !== null && isAtOrAfter(rtpTimestamp, queue[0].rtp)) {
      due = queue.shift();
    }
    if (queue.length === 0) this.waiting.delete(slot);
    return due ? this.show(slot, due.participant_id) : false;
  }

  /** No frame came in time (a hidden tab draws none): believe the server. */
  settle(slot: string, assignment: SlotAssignment): boolean {
    const queue = this.waiting.get(slot);
    const index = queue?.indexOf(assignment) ?? -1;
    if (!queue || index === -1) return false;
    queue.splice(0, index + 1);
    if (queue.length === 0) this.waiting.delete(slot);
    return this.show(slot, assignment.participant_id);
  }

  slotOf(participantId: string, prefix: string): string | null {
    const found = Object.entries(this.shown).find(
      ([slot, holder]) => holder === participantId && slot.startsWith(prefix),
    );
    return found?.[0] ?? null;
  }

  private show(slot: string, participantId: string | null): boolean {
    if ((this.shown[slot] ?? null) === participantId) return false;
    this.shown = { ...this.shown, [slot]: participantId };
    return true;
  }
}

export const hasPicture = (slot: string): boolean =>
  slot === 'stage' || slot === 'screen' || slot.startsWith('gallery');

/** Every receive slot in the order of its m-lines. */
export function slotNames(galleryCount: number): string[] {
  return [
    'stage',
    'stage_audio',
    'screen',
    'screen_audio',
    ...Array.from({ length: 5 }, (_, index) => `audio${index}`),
    ...Array.from({ length: galleryCount }, (_, index) => `gallery${index}`),
  ];
}
