import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { ObjectivesView, PlannedObjective } from '../../protocol';
import { DraftList } from './DraftList';
import classes from './plan.module.css';

interface Props {
  objectives: ObjectivesView;
  onSave: (objectives: PlannedObjective[], revision: number) => Promise<void>;
}

/** What learners shall know or be able to do afterwards. */
export function ObjectivesEditor({ objectives, onSave }: Props) {
  const { t } = useTranslation('plan');
  return (
    <DraftList<PlannedObjective>
      saved={objectives.items.map(({ objective_id, text }) => ({ objective_id, text }))}
      revision={objectives.revision}
      label={t('objectives')}
      most={20}
      titleOf={(one) => one.text}
      blank={{ text: '' }}
      addLabel={t('addObjective')}
      ready={(all) => all.filter((one) => one.text.trim() !== '')}
      onSave={onSave}
      fields={(one, at, set, remove) => (
        <>
          <TextInput
            className={classes.title}
            aria-label={t('objective', { place: at + 1 })}
            value={one.text}
            maxLength={200}
            onChange={(event) => set({ text: event.currentTarget.value })}
          />
          {remove}
        </>
      )}
    />
  );
}
