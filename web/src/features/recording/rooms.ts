/** A breakout room of a recording as a recording of its own, which the player knows already. */
import type { RecordedRoom, RecordedSlide, Recording, TimelineMark } from '../../protocol';

export const roomName = (room: RecordedRoom, language: string): string =>
  language.startsWith('de') && room.name_de ? room.name_de : room.name;

/** Whether there is something of it to hear or to see. */
export function canBeWatched(recording: Recording, room: RecordedRoom): boolean {
  if (room.audio_url !== null || room.tracks.length > 0) return true;
  return (room.boards ?? []).length > 0 || slidesIn(recording.slides ?? [], room).length > 0;
}

/** The room that the address asks for, if one may enter it and there is something of it. */
export function roomAsked(recording: Recording, asked: string | null): RecordedRoom | null {
  if (asked === null || !/^\d{1,4}$/.test(asked)) return null;
  const found = recording.rooms?.find((room) => room.number === Number(asked));
  return found && canBeWatched(recording, found) ? found : null;
}

/** What reaches people in breakout rooms too. */
const EVERYWHERE: readonly TimelineMark['kind'][] = ['poll', 'slide'];

function isOf(room: RecordedRoom, { at_ms, kind, data }: TimelineMark): boolean {
  const isHere = EVERYWHERE.includes(kind) || data.room_id === room.room_id;
  return isHere && room.start_ms <= at_ms && at_ms < room.end_ms;
}

/** In the room's own time, which begins when it was opened. */
function moved(mark: TimelineMark, room: RecordedRoom): TimelineMark {
  const { end_ms: end } = mark.data;
  const data = typeof end === 'number' ? { ...mark.data, end_ms: end - room.start_ms } : mark.data;
  return { ...mark, at_ms: mark.at_ms - room.start_ms, data };
}

/** Slides are everybody's, in rooms as well; here as long as the room was open. */
function slidesIn(slides: readonly RecordedSlide[], room: RecordedRoom): RecordedSlide[] {
  return slides
    .filter((one) => one.start_ms < room.end_ms && one.end_ms > room.start_ms)
    .map((one) => ({
      ...one,
      start_ms: Math.max(one.start_ms, room.start_ms) - room.start_ms,
      end_ms: Math.min(one.end_ms, room.end_ms) - room.start_ms,
    }));
}

export function roomRecording(recording: Recording, room: RecordedRoom, language: string): Recording {
  return {
    ...recording,
    summary: {
      ...recording.summary,
      title: roomName(room, language),
      duration_ms: room.end_ms - room.start_ms,
    },
    hls_url: null,
    download_url: null,
    audio_url: room.audio_url,
    captions_url: room.captions_url,
    storyboard_url: null,
    tracks: room.tracks,
    cuts: room.cuts,
    chapters: room.chapters ?? [],
    gaps: [],
    slides: slidesIn(recording.slides ?? [], room),
    boards: room.boards ?? [],
    rooms: [],
    marks: [
      ...recording.marks.filter((mark) => isOf(room, mark)).map((mark) => moved(mark, room)),
      ...(room.marks ?? []),
    ].sort((one, other) => one.at_ms - other.at_ms),
  };
}
