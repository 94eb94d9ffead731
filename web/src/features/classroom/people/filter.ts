/** Finding somebody among two hundred: by a part of the name, or by what they do just now. */
import type { ParticipantView } from '../../../protocol';

export const FILTERS = [
  'everyone',
  'hand',
  'microphone',
  'camera',
  'screen',
  'facilitators',
  'observers',
  'guests',
  'away',
] as const;
export type Filter = (typeof FILTERS)[number];

const HOLDS: Record<Filter, (one: ParticipantView) => boolean> = {
  everyone: () => true,
  hand: (one) => one.hand_raised_at_ms !== null,
  microphone: (one) => one.tracks.microphone === true,
  camera: (one) => one.tracks.camera === true,
  screen: (one) => one.tracks.screen === true,
  facilitators: (one) => one.role === 'facilitator',
  observers: (one) => one.role === 'observer',
  guests: (one) => one.is_guest,
  away: (one) => one.presence === 'away',
};

/** Case and accents do not matter: "tomas" finds Tomás. */
const plain = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();

/** Whose name has every word of the search as the beginning of one of its words. */
export function found(people: ParticipantView[], search: string, filter: Filter): ParticipantView[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return people.filter((one) => {
    if (!HOLDS[filter](one)) return false;
    const names = plain(one.name).split(/[\s-]+/);
    return words.every((word) => names.some((name) => name.startsWith(word)));
  });
}
