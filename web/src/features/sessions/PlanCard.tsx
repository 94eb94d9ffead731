import { Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { SaveAgenda, SaveObjectives, SessionPlan } from '../../protocol';
import { http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import { Card, ErrorState, Loading, toast } from '../../ui';
import { AgendaEditor, AgendaList, ObjectivesEditor, ObjectivesList } from '../../ui/plan';

/** Agenda and objectives, planned before class; afterwards as they went. */
export function PlanCard({ sessionId, isOver }: { sessionId: string; isOver: boolean }) {
  const { t } = useTranslation('plan');
  const path = `/sessions/${sessionId}`;
  const plan = useResource<SessionPlan>(`${path}/plan`);
  const saved = (next: SessionPlan) => {
    plan.set(next);
    toast(t('saved'), { tone: 'good' });
  };
  return (
    <Card component="section" p="lg" aria-label={t('plan')}>
      {plan.error && !plan.data ? (
        <ErrorState error={plan.error} onRetry={plan.reload} />
      ) : !plan.data ? (
        <Loading rows={2} />
      ) : (
        <Stack gap="lg">
          <section aria-labelledby="objectives">
            <Title order={2} size="h4" id="objectives">
              {t('objectives')}
            </Title>
            <Text size="sm" c="dimmed" mb="sm">
              {t('objectivesHint')}
            </Text>
            {isOver ? (
              <ObjectivesList objectives={plan.data.objectives} />
            ) : (
              <ObjectivesEditor
                objectives={plan.data.objectives}
                onSave={async (objectives, revision) =>
                  saved(
                    await http.put<SessionPlan>(`${path}/objectives`, {
                      objectives,
                      revision,
                    } satisfies SaveObjectives),
                  )
                }
              />
            )}
          </section>
          <section aria-labelledby="agenda">
            <Title order={2} size="h4" id="agenda">
              {t('agenda')}
            </Title>
            <Text size="sm" c="dimmed" mb="sm">
              {t('agendaHint')}
            </Text>
            {isOver ? (
              <AgendaList agenda={plan.data.agenda} nowMs={plan.data.now_ms} />
            ) : (
              <AgendaEditor
                agenda={plan.data.agenda}
                onSave={async (activities, revision) =>
                  saved(
                    await http.put<SessionPlan>(`${path}/agenda`, {
                      activities,
                      revision,
                    } satisfies SaveAgenda),
                  )
                }
              />
            )}
          </section>
        </Stack>
      )}
    </Card>
  );
}
