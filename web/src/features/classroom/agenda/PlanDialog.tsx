import { ActionIcon, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconChartDots, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { SaveAgenda, SaveObjectives } from '../../../protocol';
import { http } from '../../../transport/http';
import { Dialog } from '../../../ui/Dialog';
import {
  AgendaEditor, AgendaList, currentOf, MaterialList, ObjectivesEditor, ObjectivesList,
} from '../../../ui/plan';
import { useClassroom, useTick } from '../context';
import { isFacilitator } from '../selectors';
import { sessionNow, usePage, usePageStore, useSession } from '../store';

/** The whole plan of the class, for everybody; whoever leads it changes it here while it goes on. */
export function PlanDialog() {
  const { t } = useTranslation('plan');
  const classroom = useClassroom();
  const opened = usePage((state) => state.dialog === 'plan');
  return (
    <Dialog
      isOpen={opened}
      onClose={() => classroom.store.setState({ dialog: null })}
      title={t('plan')}
      size="lg"
    >
      {opened && <Plan />}
    </Dialog>
  );
}

function Plan() {
  const { t } = useTranslation('plan');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const store = usePageStore();
  const session = useSession((state) => state);
  const [isEditing, setEditing] = useState(false);
  const { agenda, objectives } = session;
  const hosts = isFacilitator(session);
  const canMove = hosts && session.state === 'live';
  const current = currentOf(agenda);
  useTick(1000, current !== null);
  const path = `/sessions/${classroom.sessionId}`;
  return (
    <Stack gap="lg">
      {hosts && (
        <Group gap="xs" justify="flex-end">
          <Button
            component="a"
            href={`${path}/dashboard`}
            target="_blank"
            rel="noopener"
            variant="default"
            size="compact-md"
            leftSection={<IconChartDots size={16} aria-hidden />}
          >
            {t('dashboard')}
          </Button>
          <Button
            variant="default"
            size="compact-md"
            aria-pressed={isEditing}
            onClick={() => setEditing(!isEditing)}
          >
            {isEditing ? t('doneEditing') : common('action.edit')}
          </Button>
        </Group>
      )}
      <section aria-labelledby="plan-objectives">
        <Title order={3} size="h5" id="plan-objectives" mb="xs">
          {t('objectives')}
        </Title>
        {isEditing ? (
          <ObjectivesEditor
            objectives={objectives}
            onSave={(given, revision) =>
              http.put(`${path}/objectives`, { objectives: given, revision } satisfies SaveObjectives)
            }
          />
        ) : objectives.items.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('noObjectives')}
          </Text>
        ) : (
          <ObjectivesList
            objectives={objectives}
            onCover={
              canMove
                ? (objective_id, is_covered) =>
                    void classroom.command({ type: 'cover_objective', objective_id, is_covered })
                : undefined
            }
          />
        )}
      </section>
      <section aria-labelledby="plan-agenda">
        <Title order={3} size="h5" id="plan-agenda" mb="xs">
          {t('agenda')}
        </Title>
        {isEditing ? (
          <AgendaEditor
            agenda={agenda}
            onSave={(activities, revision) =>
              http.put(`${path}/agenda`, { activities, revision } satisfies SaveAgenda)
            }
          />
        ) : agenda.activities.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t(hosts ? 'noAgendaHint' : 'noAgenda')}
          </Text>
        ) : (
          <AgendaList
            agenda={agenda}
            nowMs={sessionNow(store.getState())}
            action={
              canMove
                ? (one) =>
                    one === current ? null : (
                      <ActionIcon
                        variant="subtle"
                        size={32}
                        aria-label={t('startThis', { title: one.title })}
                        title={t('startThis', { title: one.title })}
                        onClick={() =>
                          void classroom.command({
                            type: 'start_activity',
                            activity_id: one.activity_id,
                          })
                        }
                      >
                        <IconPlayerPlay size={17} />
                      </ActionIcon>
                    )
                : undefined
            }
          />
        )}
      </section>
      <section aria-labelledby="plan-materials">
        <Title order={3} size="h5" id="plan-materials" mb="xs">
          {t('materials')}
        </Title>
        <MaterialList sessionId={classroom.sessionId} empty={t('noMaterials')} />
      </section>
    </Stack>
  );
}
