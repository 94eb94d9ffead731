import { Group, SegmentedControl, Select, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import type { Course } from '../../protocol';
import { useResource } from '../../transport/resource';
import type { SessionForm } from './form';
import { allZones } from './zoned';

const DURATIONS_MIN = [15, 30, 45, 60, 75, 90, 120, 180, 240];
const NEW_COURSE = 'new';

interface Props {
  form: SessionForm;
  onChange: (form: SessionForm) => void;
}

export function DetailsForm({ form, onChange }: Props) {
  const { t } = useTranslation('sessions');
  const courses = useResource<Course[]>('/courses');
  const zones = useMemo(() => allZones(), []);
  const set = (change: Partial<SessionForm>) => onChange({ ...form, ...change });
  const durations = [...new Set([...DURATIONS_MIN, form.durationMin])].sort((a, b) => a - b);
  return (
    <>
      <TextInput
        label={t('name')}
        required
        withAsterisk={false}
        maxLength={160}
        value={form.title}
        onChange={(event) => set({ title: event.currentTarget.value })}
      />
      <Group grow align="flex-start">
        <Select
          label={t('course')}
          value={form.newCourse !== null ? NEW_COURSE : (form.courseId ?? '')}
          allowDeselect={false}
          data={[
            { value: '', label: t('courseNone') },
            ...(courses.data ?? []).map((course) => ({
              value: course.course_id,
              label: course.title,
            })),
            { value: NEW_COURSE, label: t('courseNew') },
          ]}
          onChange={(value) =>
            set(
              value === NEW_COURSE
                ? { newCourse: '', courseId: null }
                : { newCourse: null, courseId: value || null },
            )
          }
        />
        {form.newCourse !== null && (
          <TextInput
            label={t('courseTitle')}
            maxLength={160}
            value={form.newCourse}
            onChange={(event) => set({ newCourse: event.currentTarget.value })}
          />
        )}
      </Group>
      <div>
        <Text size="sm" fw={500} mb={4} id="when-label">
          {t('when')}
        </Text>
        <SegmentedControl
          aria-labelledby="when-label"
          value={form.isScheduled ? 'later' : 'now'}
          onChange={(value) => set({ isScheduled: value === 'later' })}
          data={[
            { value: 'now', label: t('now') },
            { value: 'later', label: t('later') },
          ]}
        />
      </div>
      {form.isScheduled && (
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <TextInput
            type="date"
            label={t('date')}
            miw={150}
            value={form.date}
            onChange={(event) => set({ date: event.currentTarget.value })}
          />
          <TextInput
            type="time"
            label={t('time')}
            miw={110}
            value={form.time}
            onChange={(event) => set({ time: event.currentTarget.value })}
          />
          <Select
            label={t('zone')}
            miw={200}
            searchable
            allowDeselect={false}
            data={zones}
            limit={40}
            value={form.zone}
            onChange={(zone) => zone && set({ zone })}
          />
        </Group>
      )}
      <Select
        label={t('duration')}
        maw={220}
        allowDeselect={false}
        value={String(form.durationMin)}
        data={durations.map((count) => ({
          value: String(count),
          label: t('durationMin', { count }),
        }))}
        onChange={(value) => value && set({ durationMin: Number(value) })}
      />
      <Switch
        label={t('lobby')}
        description={t('lobbyHint')}
        checked={form.lobbyIsOn}
        onChange={(event) => set({ lobbyIsOn: event.currentTarget.checked })}
      />
      <Switch
        label={t('record')}
        description={t('recordHint')}
        checked={form.recordsAutomatically}
        onChange={(event) => set({ recordsAutomatically: event.currentTarget.checked })}
      />
      <Textarea
        label={t('description')}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={4000}
        value={form.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
    </>
  );
}
