import {
  IconAntennaBars2,
  IconAntennaBars3,
  IconAntennaBars5,
  IconAntennaBarsOff,
} from '@tabler/icons-react';

import type { Level } from './causes';

/** More bars, not another colour: everybody can tell them apart. */
export const BARS = {
  good: IconAntennaBars5,
  fair: IconAntennaBars3,
  poor: IconAntennaBars2,
  lost: IconAntennaBarsOff,
} as const;

export const TONES: Record<Level, string> = {
  good: 'var(--mantine-color-text)',
  fair: 'var(--rp-warn-text)',
  poor: 'var(--rp-bad-text)',
  lost: 'var(--rp-bad-text)',
};
