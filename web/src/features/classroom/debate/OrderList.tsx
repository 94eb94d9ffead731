import { IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../../i18n';
import type { DebateView } from '../../../protocol';
import classes from './order.module.css';
import shared from './parts.module.css';
import { formOf, seatedFor, speechesOf } from './model';
import { Heading, SideName, useName, useText } from './parts';

/** Every part in order, and how far the debate has come. */
export function OrderList({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const text = useText();
  const name = useName();
  const speeches = speechesOf(formOf(debate));
  return (
    <section>
      <Heading id={`order-${debate.debate_id}`}>{t('order.title')}</Heading>
      <ol className={classes.order} aria-labelledby={`order-${debate.debate_id}`} tabIndex={-1}>
        {speeches.map((speech, index) => {
          const isDone =
            debate.index > index || (debate.index === index && debate.is_over);
          const isNow = debate.stage === 'running' && debate.index === index && !debate.is_over;
          const who = seatedFor(debate, speech).map(name).join(', ');
          return (
            <li
              key={speech.id}
              data-state={isDone ? 'done' : isNow ? 'now' : 'later'}
              aria-current={isNow ? 'step' : undefined}
            >
              <span className={classes.orderMark} aria-hidden>
                {isDone ? <IconCheck size={14} /> : index + 1}
              </span>
              <span className={classes.orderText}>
                <span>{text(speech.name)}</span>
                {who && <span className={shared.note}>{who}</span>}
                {isDone && <span className="sr-only">{t('order.done')}</span>}
              </span>
              <SideName debate={debate} side={speech.side} />
              <span className={shared.note}>{formatClock(speech.length_s * 1000)}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
