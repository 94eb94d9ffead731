import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useSearch } from 'wouter';

import type { Setup, User } from '../../protocol';
import { http } from '../../transport/http';
import { useMe } from '../../transport/me';
import { EmptyState, PageShell } from '../../ui';
import { FormPage } from './FormPage';
import { EmailField, NameField, NewPasswordField } from './fields';

export default function SetupPage() {
  const { t } = useTranslation('identity');
  const { me, load } = useMe();
  const given = new URLSearchParams(useSearch()).get('token') ?? '';
  const [, navigate] = useLocation();
  const [token, setToken] = useState(given);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  if (me && !me.needs_setup) {
    return (
      <PageShell title={t('setup.title')} maxWidth={460}>
        <EmptyState
          order={1}
          title={t('setup.done')}
          hint={t('setup.doneHint')}
          action={
            <Button component={Link} href="/sign-in">
              {t('signIn.button')}
            </Button>
          }
        />
      </PageShell>
    );
  }
  return (
    <FormPage
      title={t('setup.title')}
      hint={t('setup.hint')}
      button={t('setup.button')}
      onSubmit={async () => {
        await http.post<User>('/setup', {
          token: token.trim(),
          name: name.trim(),
          email: email.trim(),
          password,
        } satisfies Setup);
        await load();
        navigate('/', { replace: true });
      }}
    >
      {given === '' && (
        <TextInput
          label={t('setup.token')}
          description={t('setup.tokenHint')}
          required
          withAsterisk={false}
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
      )}
      <NameField value={name} onChange={setName} />
      <EmailField value={email} onChange={setEmail} />
      <NewPasswordField label={t('password')} value={password} onChange={setPassword} />
    </FormPage>
  );
}
