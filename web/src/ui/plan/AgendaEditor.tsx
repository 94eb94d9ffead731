import { NativeSelect, NumberInput, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { ActivityKind, AgendaView, PlannedActivity } from '../../protocol';
import { DraftList } from './DraftList';
import { KINDS } from './KindIcon';
import classes from './plan.module.css';
import { hasBegun } from './progress';

interface Props {
  agenda: AgendaView;
  onSave: (activities: PlannedActivity[], revision: number) => Promise<void>;
}

export function AgendaEditor({ agenda, onSave }: Props) {
  const { t } = useTranslation('plan');
  return (
    <DraftList<PlannedActivity>
      saved={agenda.activities.map(({ activity_id, title, kind, minutes, note }) => ({
        activity_id,
        title,
        kind,
        minutes,
        note,
      }))}
      revision={agenda.revision}
      label={t('agenda')}
      most={50}
      titleOf={(one) => one.title}
      canRemove={(one) => one.activity_id == null || !hasBegun(agenda, one.activity_id)}
      blank={{ title: '', kind: 'talk', minutes: 10, note: '' }}
      addLabel={t('addEntry')}
      emptyHint={
        <Text size="sm" c="dimmed" mb="sm">
          {t('noAgendaHint')}
        </Text>
      }
      ready={(all) => (all.some((one) => one.title.trim() === '') ? t('needsTitle') : all)}
      onSave={onSave}
      fields={(one, _at, set, remove) => (
        <>
          <TextInput
            className={classes.title}
            label={t('title')}
            value={one.title}
            maxLength={120}
            required
            onChange={(event) => set({ title: event.currentTarget.value })}
          />
          <NativeSelect
            className={classes.kind}
            label={t('kindLabel')}
            value={one.kind}
            data={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
            onChange={(event) => set({ kind: event.currentTarget.value as ActivityKind })}
          />
          <NumberInput
            className={classes.minutes}
            label={t('minutesLabel')}
            value={one.minutes}
            min={1}
            max={240}
            allowDecimal={false}
            clampBehavior="strict"
            onChange={(value) => set({ minutes: Math.max(1, Number(value) || 1) })}
          />
          {remove}
          <TextInput
            className={classes.note}
            label={t('note')}
            value={one.note ?? ''}
            maxLength={500}
            onChange={(event) => set({ note: event.currentTarget.value })}
          />
        </>
      )}
    />
  );
}
