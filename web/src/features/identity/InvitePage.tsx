import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';

import type { AcceptInvitation, Invitation, User } from '../../protocol';
import { http } from '../../transport/http';
import { useMe } from '../../transport/me';
import { useResource } from '../../transport/resource';
import { EmptyState, ErrorState, Loading, PageShell } from '../../ui';
import { FormPage } from './FormPage';
import { NameField, NewPasswordField } from './fields';

export default function InvitePage({ token }: { token: string }) {
  const { t } = useTranslation('identity');
  const { t: common } = useTranslation();
  const load = useMe((state) => state.load);
  const [, navigate] = useLocation();
  const path = `/invitations/by-token/${encodeURIComponent(token)}`;
  const { data, error, reload } = useResource<Invitation>(path);
  const [name, setName] = useState<string | null>(null);
  const [password, setPassword] = useState('');
  if (!data) {
    const isGone = error && error.status >= 400 && error.status < 500;
    return (
      <PageShell title={t('invite.title')} maxWidth={460}>
        {isGone ? (
          <EmptyState order={1} title={t('invite.gone')} hint={t('invite.goneHint')} />
        ) : error ? (
          <ErrorState error={error} onRetry={reload} />
        ) : (
          <Loading />
        )}
      </PageShell>
    );
  }
  const shownName = name ?? data.name;
  return (
    <FormPage
      title={t('invite.title')}
      hint={t('invite.hint', { role: common(`role.${data.role}`), email: data.email })}
      button={t('invite.button')}
      onSubmit={async () => {
        await http.post<User>(path, {
          name: shownName.trim(),
          password,
        } satisfies AcceptInvitation);
        await load();
        navigate('/', { replace: true });
      }}
    >
      <NameField value={shownName} onChange={setName} />
      <input type="email" hidden readOnly autoComplete="username" value={data.email} />
      <NewPasswordField label={t('password')} value={password} onChange={setPassword} />
    </FormPage>
  );
}
