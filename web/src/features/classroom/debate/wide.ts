import { useMediaQuery } from '@mantine/hooks';

const WIDE = '(min-width: 1200px)';

export const isWide = (): boolean => window.matchMedia(WIDE).matches;

/** Room for a column of its own beside the stage; else the debate is a tab of the side panel. */
export const useIsWide = (): boolean =>
  useMediaQuery(WIDE, false, { getInitialValueInEffect: false }) ?? false;
