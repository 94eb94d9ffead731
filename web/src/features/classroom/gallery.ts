import type { ParticipantView } from '../../protocol';

/** The gallery's people, page by page; a page never grows beyond `size`. */
export function pageOf<T>(
  all: T[],
  page: number,
  size: number,
): { shown: T[]; pages: number; page: number } {
  const pages = Math.max(1, Math.ceil(all.length / size));
  const current = Math.min(Math.max(0, page), pages - 1);
  return { shown: all.slice(current * size, current * size + size), pages, page: current };
}

/** Who stands in the gallery: everyone but whoever is large already. Oneself comes first. */
export function galleryPeople(
  people: ParticipantView[],
  me: string,
  large: string | null,
): ParticipantView[] {
  const small = people.length > 1 ? people.filter((one) => one.participant_id !== large) : people;
  return [
    ...small.filter((one) => one.participant_id === me),
    ...small.filter((one) => one.participant_id !== me),
  ];
}

/**
 * Which receive slot each shown person gets. Who is shown already keeps their slot, so that turning
 * a page switches as few pictures as it can; oneself needs none.
 */
export function planSlots(
  old: (string | null)[],
  wanted: string[],
  count: number,
): (string | null)[] {
  const plan: (string | null)[] = Array.from({ length: count }, (_, index) => {
    const holder = old[index] ?? null;
    return holder !== null && wanted.includes(holder) ? holder : null;
  });
  for (const id of wanted) {
    if (plan.includes(id)) continue;
    const free = plan.indexOf(null);
    if (free === -1) break;
    plan[free] = id;
  }
  return plan;
}
