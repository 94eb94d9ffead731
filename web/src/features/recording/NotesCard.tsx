import { Button, Group, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Recording, SharedNotes } from '../../protocol';
import { useResource } from '../../transport/resource';
import { Card, saveText } from '../../ui';

/** What the class wrote together, for those who were in it. */
export function NotesCard({ recording }: { recording: Recording }) {
  const { t } = useTranslation('pads');
  const { data } = useResource<SharedNotes>(`/sessions/${recording.summary.session_id}/notes`);
  if (!data || data.text.trim() === '') return null;
  return (
    <Card component="section" aria-label={t('notes.label')}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {t('notes.label')}
        </Title>
        <Button variant="default" size="xs" onClick={() => saveText('notes.md', data.text)}>
          {t('notes.export')}
        </Button>
      </Group>
      <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{data.text}</Text>
    </Card>
  );
}
