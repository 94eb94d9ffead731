import { PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, useLocation, useSearch } from 'wouter';

import type { SignIn, User } from '../../protocol';
import { http } from '../../transport/http';
import { useMe } from '../../transport/me';
import { FormPage } from './FormPage';
import { EmailField } from './fields';
import { nextPath } from './next';

export default function SignInPage() {
  const { t } = useTranslation('identity');
  const { me, load } = useMe();
  const search = useSearch();
  const [, navigate] = useLocation();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  if (me?.needs_setup) return <Redirect to="/setup" replace />;
  if (me?.user) return <Redirect to={nextPath(search)} replace />;
  return (
    <FormPage
      title={t('signIn.title')}
      hint={t('signIn.hint')}
      button={t('signIn.button')}
      explain={({ status, retryAfterS }) => {
        if (status === 429) {
          return t('signIn.throttled', { seconds: Math.ceil(retryAfterS ?? 60) });
        }
        return status === 401 || status === 403 || status === 400 ? t('signIn.failed') : null;
      }}
      onSubmit={async () => {
        await http.post<User>('/sign-in', { email: email.trim(), password } satisfies SignIn);
        await load();
        navigate(nextPath(search), { replace: true });
      }}
    >
      <EmailField value={email} onChange={setEmail} />
      <PasswordInput
        label={t('password')}
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </FormPage>
  );
}
