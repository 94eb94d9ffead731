import { Stack, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Recording, SessionPlan } from '../../protocol';
import { useResource } from '../../transport/resource';
import { Card } from '../../ui';
import { AgendaList, ObjectivesList } from '../../ui/plan';

/** What the class set out to learn, what of it was covered, and how its time went. */
export function PlanCard({ recording }: { recording: Recording }) {
  const { t } = useTranslation('plan');
  const { data } = useResource<SessionPlan>(`/recordings/${recording.summary.recording_id}/plan`);
  if (!data || (data.objectives.items.length === 0 && data.agenda.activities.length === 0)) {
    return null;
  }
  return (
    <Card component="section" aria-label={t('plan')}>
      <Stack gap="md">
        {data.objectives.items.length > 0 && (
          <section aria-labelledby="plan-objectives">
            <Title order={2} size="h4" id="plan-objectives" mb="xs">
              {t('objectives')}
            </Title>
            <ObjectivesList objectives={data.objectives} />
          </section>
        )}
        {data.agenda.activities.length > 0 && (
          <section aria-labelledby="plan-agenda">
            <Title order={2} size="h4" id="plan-agenda" mb="xs">
              {t('agenda')}
            </Title>
            <AgendaList agenda={data.agenda} nowMs={data.now_ms} />
          </section>
        )}
      </Stack>
    </Card>
  );
}
