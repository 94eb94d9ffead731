import { create } from 'zustand';

import type { DebateFormat, FormatProblem } from '../../protocol';
import { usualBells } from './state';

/** A format that is not stored yet: read from a file, a copy, or a beginning. */
interface Draft {
  format: DebateFormat;
  /** What reading the file guessed or left out. */
  notes: FormatProblem[];
}

interface Store {
  draft: Draft | null;
  set: (draft: Draft | null) => void;
}

export const useDraft = create<Store>((set) => ({
  draft: null,
  set: (draft) => set({ draft }),
}));

/** Two sides of two, a speech each: the least that is a debate. */
export function beginning(name: { en: string; de: string }): DebateFormat {
  const seats = [1, 2].map((number) => ({
    id: `${number}`,
    name: { en: `Speaker ${number}`, de: `Person ${number}` },
  }));
  const timing = usualBells(180, false);
  return {
    format_id: 'new', schema: 1, name, short_name: { en: '', de: '' },
    description: { en: '', de: '' }, prep_s: 300, pool_s: 0, grace_s: 15,
    poi: { allowed: false, is_optional: false, limit_s: 15 },
    sides: [
      { id: 'pro', name: { en: 'Pro', de: 'Pro' }, stance: 'for', seats },
      { id: 'con', name: { en: 'Con', de: 'Kontra' }, stance: 'against', seats },
    ],
    phases: [
      {
        id: 'openings',
        name: { en: 'Openings', de: 'Eröffnungen' },
        speeches: [
          {
            id: 'opening-pro', name: { en: 'Opening Pro', de: 'Eröffnung Pro' }, kind: 'opening',
            length_s: 180, side: 'pro', seat: '1', others: [], is_balanced: false, turn_limit_s: 0, ...timing,
          },
          {
            id: 'opening-con', name: { en: 'Opening Con', de: 'Eröffnung Kontra' }, kind: 'opening',
            length_s: 180, side: 'con', seat: '1', others: [], is_balanced: false, turn_limit_s: 0, ...timing,
          },
        ],
      },
    ],
    scoring: {
      speaker: null, reply: null, criteria: [], teams: 'winner', can_tie: false,
      can_low_point_win: false, is_optional: true,
    },
    ballot_before: true, ballot_after: true, size: { least: 1, most: 12 }, variants: [], source: '',
  };
}
