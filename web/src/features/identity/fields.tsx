import { PasswordInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface Field {
  value: string;
  onChange: (value: string) => void;
}

export function NameField({ value, onChange }: Field) {
  const { t } = useTranslation('identity');
  return (
    <TextInput
      label={t('name')}
      autoComplete="name"
      required
      withAsterisk={false}
      maxLength={80}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function EmailField({ value, onChange }: Field) {
  const { t } = useTranslation('identity');
  return (
    <TextInput
      type="email"
      label={t('email')}
      autoComplete="username"
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** One that is chosen now, not asked for. */
export function NewPasswordField({ value, onChange, label }: Field & { label: string }) {
  const { t } = useTranslation('identity');
  return (
    <PasswordInput
      label={label}
      description={t('passwordHint')}
      autoComplete="new-password"
      required
      withAsterisk={false}
      minLength={10}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
