import { useTranslation } from 'react-i18next';

import { Emoji } from '../emoji/Emoji';
import { personOf } from '../selectors';
import { usePage, useSessionList } from '../store';
import classes from './room.module.css';

/** What the class shows right now. Sighted people see it float; it is not read out. */
export function FloatingReactions() {
  const { t } = useTranslation('room');
  const floating = usePage((state) => state.floating);
  const names = useSessionList((session) =>
    floating.map((one) => personOf(session, one.participantId)?.name ?? ''),
  );
  return (
    <div className={classes.floating} aria-hidden data-testid="reactions">
      {floating.map((one, index) => {
        const name = names[index] ?? '';
        return (
          <div
            key={one.id}
            className={classes.float}
            data-reaction={one.kind}
            style={{ '--across': one.across } as React.CSSProperties}
            title={t('reactions.by', { name, reaction: t(`reactions.${one.kind}`) })}
          >
            <Emoji name={one.kind} size={40} />
            <span className={classes.by}>{name}</span>
          </div>
        );
      })}
    </div>
  );
}
