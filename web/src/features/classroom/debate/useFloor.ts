import { useTranslation } from 'react-i18next';

import { me } from '../selectors';
import { usePage } from '../store';
import { floorReason } from './model';

export interface Held {
  /** A word for under the button. */
  short: string;
  reason: string;
}

/** The microphone is on and still not heard: why, and what will open it. */
export function useHeldMicrophone(): Held | null {
  const { t } = useTranslation('debate');
  const reason = usePage(({ session }) =>
    session && me(session)?.tracks.microphone === true ? floorReason(session) : null,
  );
  return reason && { short: t('mic.short'), reason: t(`mic.${reason}`) };
}
