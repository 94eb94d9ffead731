import { Checkbox } from '@mantine/core';
import { IconCircle, IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import type { ObjectivesView } from '../../protocol';
import classes from './plan.module.css';

interface Props {
  objectives: ObjectivesView;
  /** Whoever leads the class ticks what has been covered. */
  onCover?: (objectiveId: string, isCovered: boolean) => void;
}

export function ObjectivesList({ objectives, onCover }: Props) {
  const { t } = useTranslation('plan');
  return (
    <ul className={classes.list} aria-label={t('objectives')}>
      {objectives.items.map((one) => {
        const isCovered = one.covered_at_ms !== null;
        if (onCover) {
          return (
            <li key={one.objective_id}>
              <Checkbox
                label={one.text}
                checked={isCovered}
                onChange={(event) => onCover(one.objective_id, event.currentTarget.checked)}
              />
            </li>
          );
        }
        const Icon = isCovered ? IconCircleCheck : IconCircle;
        return (
          <li key={one.objective_id} style={{ display: 'flex', gap: 8 }}>
            <Icon
              size={20}
              style={{ flex: 'none', color: isCovered ? 'var(--rp-good-text)' : undefined }}
              role="img"
              aria-label={t(isCovered ? 'covered' : 'notCovered')}
            />
            <span style={{ overflowWrap: 'anywhere' }}>{one.text}</span>
          </li>
        );
      })}
    </ul>
  );
}
