import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useSearch } from 'wouter';

import type { Setup, User } from '../../protocol';
import { http } from '../../transport/http';
import { useMe } from '../../transport/me';
import { EmptyState, PageShell } from '../../ui';
import { FormPage } from './FormPage';

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
      <TextInput
        label={t('name')}
        autoComplete="name"
        required
        withAsterisk={false}
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        type="email"
        label={t('email')}
        autoComplete="username"
        required
        withAsterisk={false}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <PasswordInput
        label={t('password')}
        description={t('passwordHint')}
        autoComplete="new-password"
        required
        withAsterisk={false}
        minLength={10}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </FormPage>
  );
}
