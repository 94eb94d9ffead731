import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import type { ActivityView, AgendaView } from '../../protocol';
import { KindIcon } from './KindIcon';
import classes from './plan.module.css';
import { clockMs, currentOf, hasBegun, leftMs, plannedMs, usedMs } from './progress';

interface Props {
  agenda: AgendaView;
  /** Session time, where the class goes on. */
  nowMs: number;
  /** Beside each entry, such as a button that starts it. */
  action?: (one: ActivityView) => ReactNode;
}

/** The agenda to read: what is over, what goes on and for how long, what is to come. */
export function AgendaList({ agenda, nowMs, action }: Props) {
  const { t } = useTranslation('plan');
  const current = currentOf(agenda);
  return (
    <ol className={classes.list} aria-label={t('agenda')}>
      {agenda.activities.map((one) => {
        const isNow = one === current;
        const left = leftMs(agenda, one, nowMs);
        return (
          <li
            key={one.activity_id}
            className={classes.step}
            data-now={isNow || undefined}
            data-over={(isNow && left < 0) || undefined}
            aria-current={isNow ? 'step' : undefined}
          >
            <KindIcon kind={one.kind} />
            <div className={classes.what}>
              <b>{one.title}</b> <span className={classes.quiet}>{t(`kind.${one.kind}`)}</span>
              {one.note !== '' && <p>{one.note}</p>}
            </div>
            <span className={classes.when}>
              {isNow
                ? t(left < 0 ? 'over' : 'left', { time: formatClock(clockMs(left)) })
                : hasBegun(agenda, one.activity_id)
                  ? t('took', { time: formatClock(usedMs(agenda, one.activity_id, nowMs)) })
                  : t('minutes', { count: plannedMs(one) / 60_000 })}
            </span>
            {action?.(one)}
          </li>
        );
      })}
    </ol>
  );
}
