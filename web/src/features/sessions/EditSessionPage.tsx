import { Alert, Button, Group, Stack, Title } from '@mantine/core';
import { IconCalendarPlus, IconChartBar, IconChartDots, IconDoorEnter } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';

import type { Course, CreateCourse, Session } from '../../protocol';
import { apiUrl, http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import {
  Card,
  ConfirmButton,
  EmptyState,
  ErrorState,
  Loading,
  PageShell,
  toast,
  useErrorText,
} from '../../ui';
import { DebatesOverCard, useDebatesOver } from '../../ui/debate';
import { LinksCard, StreamsCard } from '../../ui/invite';
import { DetailsForm } from './DetailsForm';
import { bodyOf, emptyForm, formOf, formTrouble, type SessionForm } from './form';
import { MaterialsCard } from './MaterialsCard';
import { MembersCard } from './MembersCard';
import { PlanCard } from './PlanCard';
import { SlidesCard } from './SlidesCard';

/** `/sessions/new` and `/sessions/:id/edit`. People and links come once the session exists. */
export default function EditSessionPage({ sessionId }: { sessionId: string | null }) {
  const { t } = useTranslation('sessions');
  const path = sessionId === null ? null : `/sessions/${sessionId}`;
  const { data, error, reload, set } = useResource<Session>(path);
  const title = sessionId === null ? t('new') : t('edit');
  return (
    <PageShell title={title} maxWidth={760}>
      {sessionId === null ? (
        <Editor session={null} onSaved={set} />
      ) : data && !data.is_facilitator ? (
        <EmptyState order={1} title={t('notYours')} />
      ) : data ? (
        <Editor key={data.session_id} session={data} onSaved={set} />
      ) : error ? (
        <ErrorState error={error} onRetry={reload} />
      ) : (
        <Loading rows={4} />
      )}
    </PageShell>
  );
}

interface EditorProps {
  session: Session | null;
  onSaved: (session: Session) => void;
}

function Editor({ session, onSaved }: EditorProps) {
  const { t } = useTranslation('sessions');
  const { t: common } = useTranslation();
  const errorText = useErrorText();
  const [, navigate] = useLocation();
  const [form, setForm] = useState<SessionForm>(() =>
    session ? formOf(session, Date.now()) : emptyForm(Date.now()),
  );
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function save(): Promise<void> {
    const trouble = formTrouble(form);
    if (trouble) return setError(t(trouble));
    setBusy(true);
    setError(null);
    try {
      let { courseId } = form;
      if (form.newCourse?.trim()) {
        const made = await http.post<Course>('/courses', {
          title: form.newCourse.trim(),
        } satisfies CreateCourse);
        courseId = made.course_id;
        setForm({ ...form, courseId, newCourse: null });
      }
      const body = bodyOf(form, courseId);
      if (session) {
        onSaved(await http.patch<Session>(`/sessions/${session.session_id}`, body));
        toast(t('saved'), { tone: 'good' });
      } else {
        const made = await http.post<Session>('/sessions', body);
        toast(t('created'), { tone: 'good' });
        navigate(`/sessions/${made.session_id}/edit`, { replace: true });
      }
    } catch (reason) {
      setError(errorText(reason));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1} size="h2">
          {session ? t('edit') : t('new')}
        </Title>
        {session && (
          <Group gap="xs">
            {session.starts_at && (
              <Button
                component="a"
                href={apiUrl(`/sessions/${session.session_id}/calendar.ics`)}
                variant="default"
                leftSection={<IconCalendarPlus size={18} />}
              >
                {t('calendar')}
              </Button>
            )}
            {session.state !== 'scheduled' && (
              <Button
                component={Link}
                href={`/sessions/${session.session_id}/dashboard`}
                variant="default"
                leftSection={<IconChartDots size={18} />}
              >
                {t('dashboard')}
              </Button>
            )}
            {session.state === 'scheduled' && (
              <Button
                component={Link}
                href={`/sessions/${session.session_id}?panel=poll`}
                variant="default"
                leftSection={<IconChartBar size={18} />}
              >
                {t('preparePolls')}
              </Button>
            )}
            <Button
              component={Link}
              href={`/sessions/${session.session_id}`}
              leftSection={<IconDoorEnter size={18} />}
            >
              {t('go')}
            </Button>
          </Group>
        )}
      </Group>
      <Card p="lg">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <Stack>
            <DetailsForm form={form} onChange={setForm} />
            {error && (
              <Alert
                color="coral"
                role="alert"
                styles={{ message: { color: 'var(--rp-bad-text)' } }}
              >
                {error}
              </Alert>
            )}
            <Group justify="space-between">
              {session ? (
                <ConfirmButton
                  variant="subtle"
                  color="coral.7"
                  c="var(--rp-bad-text)"
                  title={t('deleteTitle')}
                  body={t('deleteBody')}
                  confirmLabel={t('delete')}
                  onConfirm={async () => {
                    try {
                      await http.delete(`/sessions/${session.session_id}`);
                      navigate('/');
                    } catch (reason) {
                      toast(errorText(reason), { tone: 'bad' });
                    }
                  }}
                >
                  {t('delete')}
                </ConfirmButton>
              ) : (
                <span />
              )}
              <Button type="submit" loading={isBusy}>
                {session ? common('action.save') : t('create')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Card>
      {session && (
        <>
          <PlanCard sessionId={session.session_id} isOver={session.state === 'ended'} />
          {session.state !== 'scheduled' && <Debates sessionId={session.session_id} />}
          {session.state !== 'ended' && <SlidesCard sessionId={session.session_id} />}
          <MaterialsCard sessionId={session.session_id} />
          <LinksCard sessionId={session.session_id} />
          <StreamsCard sessionId={session.session_id} />
          <MembersCard sessionId={session.session_id} />
        </>
      )}
    </Stack>
  );
}

/** What was debated, and what is still to be revealed. */
function Debates({ sessionId }: { sessionId: string }) {
  return <DebatesOverCard sessionId={sessionId} debates={useDebatesOver(`/sessions/${sessionId}`)} />;
}
