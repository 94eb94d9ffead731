import { Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { CreateInvitation, Invitation, Role } from '../../protocol';
import { ApiError, http } from '../../transport/http';
import { useErrorText } from '../../ui';
import { Dialog } from '../../ui/Dialog';

interface Props {
  isOpen: boolean;
  onClose: () => void;
  onInvited: (invitation: Invitation) => void;
  icon: ReactNode;
}

const ROLES: readonly Role[] = ['learner', 'facilitator', 'admin'];

export function InviteDialog({ isOpen, onClose, onInvited, icon }: Props) {
  const { t } = useTranslation(['users', 'common']);
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('inviteTitle')}>
      <InviteForm onClose={onClose} onInvited={onInvited} icon={icon} />
    </Dialog>
  );
}

function InviteForm({ onClose, onInvited, icon }: Omit<Props, 'isOpen'>) {
  const { t } = useTranslation(['users', 'common']);
  const errorText = useErrorText();
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const form = useForm<CreateInvitation>({
    initialValues: { name: '', email: '', role: 'learner' },
    validate: {
      name: (value) => (value.trim() === '' ? t('needName') : null),
      email: (value) => (/^[^@\s]+@[^@\s]+$/.test(value.trim()) ? null : t('needEmail')),
    },
  });
  const submit = form.onSubmit(async ({ name, email, role }) => {
    setBusy(true);
    setProblem(null);
    try {
      onInvited(await http.post<Invitation>('/invitations', {
        name: name.trim(), email: email.trim(), role,
      }));
    } catch (reason) {
      if (reason instanceof ApiError && (reason.field === 'email' || reason.field === 'name')) {
        form.setFieldError(reason.field, reason.message);
      } else {
        setProblem(errorText(reason));
      }
    } finally {
      setBusy(false);
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label={t('name')}
          required
          maxLength={80}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <TextInput
          label={t('email')}
          required
          type="email"
          maxLength={254}
          autoComplete="off"
          {...form.getInputProps('email')}
        />
        <Radio.Group label={t('role')} {...form.getInputProps('role')}>
          <Stack gap={8} mt={8}>
            {ROLES.map((role) => (
              <Radio
                key={role}
                value={role}
                label={t(`common:role.${role}`)}
                description={t(`roleHint.${role}`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        {problem !== null && <Text c="var(--rp-bad-text)" size="sm" role="alert">{problem}</Text>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t('common:action.cancel')}</Button>
          <Button type="submit" loading={isBusy} leftSection={icon}>{t('makeLink')}</Button>
        </Group>
      </Stack>
    </form>
  );
}
