import { Stack, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { SessionPlan } from '../../../protocol';
import { useResource } from '../../../transport/resource';
import { Card } from '../../../ui';
import { AgendaList, MaterialList, ObjectivesList } from '../../../ui/plan';

/** What awaits whoever waits: objectives, agenda and what to look at first. */
export function LobbyPlan({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('plan');
  const { data } = useResource<SessionPlan>(`/sessions/${sessionId}/plan`);
  const hasObjectives = (data?.objectives.items.length ?? 0) > 0;
  const hasAgenda = (data?.agenda.activities.length ?? 0) > 0;
  return (
    <Card component="section" p="lg" mt="md" aria-label={t('plan')}>
      <Stack gap="lg">
        {data && hasObjectives && (
          <section aria-labelledby="lobby-objectives">
            <Title order={2} size="h5" id="lobby-objectives" mb="xs">
              {t('objectives')}
            </Title>
            <ObjectivesList objectives={data.objectives} />
          </section>
        )}
        {data && hasAgenda && (
          <section aria-labelledby="lobby-agenda">
            <Title order={2} size="h5" id="lobby-agenda" mb="xs">
              {t('agenda')}
            </Title>
            <AgendaList agenda={data.agenda} nowMs={data.now_ms} />
          </section>
        )}
        <section aria-labelledby="lobby-materials">
          <Title order={2} size="h5" id="lobby-materials" mb="xs">
            {t('materials')}
          </Title>
          <MaterialList sessionId={sessionId} empty={t('noMaterials')} />
        </section>
      </Stack>
    </Card>
  );
}
