import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';

import type { SetPassword } from '../../protocol';
import { http } from '../../transport/http';
import { useMe } from '../../transport/me';
import { toast } from '../../ui';
import { FormPage } from './FormPage';
import { NewPasswordField } from './fields';

export default function ResetPage({ token }: { token: string }) {
  const { t } = useTranslation('identity');
  const load = useMe((state) => state.load);
  const [, navigate] = useLocation();
  const [password, setPassword] = useState('');
  return (
    <FormPage
      title={t('reset.title')}
      hint={t('reset.hint')}
      button={t('reset.button')}
      onSubmit={async () => {
        await http.post(`/resets/${encodeURIComponent(token)}`, { password } satisfies SetPassword);
        await load();
        toast(t('reset.done'), { tone: 'good' });
        navigate('/sign-in', { replace: true });
      }}
    >
      <NewPasswordField label={t('newPassword')} value={password} onChange={setPassword} />
    </FormPage>
  );
}
