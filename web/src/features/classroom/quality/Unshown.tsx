import { IconEyeOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { personOf } from '../selectors';
import stage from '../Stage.module.css';
import { usePage, useSession } from '../store';
import { codecUnknown, screenUnknown } from './codecs';
import classes from './quality.module.css';

/** In place of a picture that this browser cannot decode, rather than black. */
export function Unshown({ codec }: { codec: string }) {
  const { t } = useTranslation('quality');
  return (
    <div className={classes.unshown} data-unshown={codec}>
      <IconEyeOff size={22} aria-hidden />
      {t('unshown', { codec })}
    </div>
  );
}

/** A shared screen that cannot be shown has no place of its own: a word on the stage. */
export function UnshownScreen() {
  const { t } = useTranslation('quality');
  const sharer = usePage(screenUnknown);
  const codec = usePage((state) => (sharer ? codecUnknown(state, sharer, 'screen') : null));
  const name = useSession((session) => personOf(session, sharer)?.name);
  if (name === undefined || codec === null) return null;
  return (
    <div className={stage.note} data-unshown={codec}>
      <IconEyeOff size={16} aria-hidden />
      {t('unshownScreen', { name, codec })}
    </div>
  );
}
