import { Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';

import { formatDateTime } from '../../i18n';
import type { JoinInfo, TakeSeat } from '../../protocol';
import { http } from '../../transport/http';
import { useMe } from '../../transport/me';
import { useResource } from '../../transport/resource';
import { EmptyState, ErrorState, Loading, PageShell } from '../../ui';
import { NameField } from './fields';
import { FormPage } from './FormPage';

/** A guest's own link: say who you are, take the seat, go to the class. */
export default function JoinPage({ token }: { token: string }) {
  const { t } = useTranslation('identity');
  const load = useMe((state) => state.load);
  const [, navigate] = useLocation();
  const path = `/join/${encodeURIComponent(token)}`;
  const { data, error, reload } = useResource<JoinInfo>(path);
  const [name, setName] = useState<string | null>(null);
  if (!data || data.state === 'ended') {
    const isGone = error && error.status >= 400 && error.status < 500;
    return (
      <PageShell title={t('join.title')} maxWidth={460}>
        {data ? (
          <EmptyState order={1} title={t('join.ended')} hint={t('join.endedHint')} />
        ) : isGone ? (
          <EmptyState order={1} title={t('join.gone')} hint={t('join.goneHint')} />
        ) : error ? (
          <ErrorState error={error} onRetry={reload} />
        ) : (
          <Loading />
        )}
      </PageShell>
    );
  }
  const shownName = name ?? data.name;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <FormPage
      title={data.title}
      hint={t('join.hint')}
      button={t('join.button')}
      onSubmit={async () => {
        const taken = await http.post<JoinInfo>(path, {
          name: shownName.trim(),
        } satisfies TakeSeat);
        await load();
        navigate(`/sessions/${taken.session_id}`, { replace: true });
      }}
    >
      <Text fw={600}>
        {data.state === 'live'
          ? t('join.live')
          : data.starts_at
            ? t('join.starts', { time: formatDateTime(data.starts_at, zone) })
            : null}
      </Text>
      <NameField value={shownName} onChange={setName} />
      {data.role === 'observer' && <Text size="sm">{t('join.watches')}</Text>}
      {data.record_automatically && data.role !== 'observer' && (
        <Text size="sm" c="dimmed">
          {t('join.records')}
        </Text>
      )}
    </FormPage>
  );
}
