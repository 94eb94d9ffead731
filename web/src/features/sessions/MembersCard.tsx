import {
  ActionIcon,
  Badge,
  Button,
  Group,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconTrash, IconUserPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { AddMember, Member } from '../../protocol';
import { http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import { Avatar, Card, ErrorState, toast, useErrorText } from '../../ui';

export function MembersCard({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('sessions');
  const { t: common } = useTranslation();
  const errorText = useErrorText();
  const path = `/sessions/${sessionId}/members`;
  const members = useResource<Member[]>(path);
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Member['role']>('learner');
  const [isBusy, setBusy] = useState(false);

  async function add(event: FormEvent) {
    event.preventDefault();
    if (email.trim() === '') return;
    setBusy(true);
    try {
      const made = await http.post<Member>(path, { email: email.trim(), role } satisfies AddMember);
      members.set((old) => [...(old ?? []).filter((one) => one.user_id !== made.user_id), made]);
      setEmail('');
    } catch (error) {
      toast(errorText(error), { tone: 'bad' });
    } finally {
      setBusy(false);
    }
  }

  async function put(member: Member) {
    const { email: address, role: as } = member;
    try {
      const made = await http.post<Member>(path, { email: address, role: as } satisfies AddMember);
      members.set((old) => [...(old ?? []), made]);
    } catch (error) {
      toast(errorText(error), { tone: 'bad' });
    }
  }

  async function remove(member: Member) {
    try {
      await http.delete(`${path}/${member.user_id}`);
      members.set((old) => (old ?? []).filter((one) => one.user_id !== member.user_id));
      toast(t('memberRemoved', { name: member.name }), { onUndo: () => void put(member) });
    } catch (error) {
      toast(errorText(error), { tone: 'bad' });
    }
  }

  return (
    <Card component="section" p="lg">
      <Title order={2} size="h4">
        {t('members')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('membersHint')}
      </Text>
      <form onSubmit={(event) => void add(event)}>
        <Group align="flex-end" gap="xs" mb="sm">
          <TextInput
            flex={1}
            miw={180}
            type="email"
            label={t('memberEmail')}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <Select
            w={150}
            label={t('memberAs')}
            allowDeselect={false}
            value={role}
            data={(['learner', 'facilitator', 'observer'] as const).map((value) => ({
              value,
              label: common(`role.${value}`),
            }))}
            onChange={(value) => setRole((value as Member['role'] | null) ?? 'learner')}
          />
          <Button
            type="submit"
            variant="light"
            loading={isBusy}
            leftSection={<IconUserPlus size={18} />}
          >
            {t('memberAdd')}
          </Button>
        </Group>
      </form>
      {members.error && !members.data && (
        <ErrorState error={members.error} onRetry={members.reload} />
      )}
      {members.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('membersNone')}
        </Text>
      )}
      <Stack gap="xs">
        {members.data?.map((member) => (
          <Group key={member.user_id} wrap="nowrap" gap="sm">
            <Avatar name={member.name} size={32} />
            <div style={{ flex: 1, minWidth: 0 }}>
              <Text fw={600} truncate>
                {member.name}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                {member.email}
              </Text>
            </div>
            <Badge variant="light" tt="none">
              {common(`role.${member.role}`)}
            </Badge>
            <ActionIcon
              variant="subtle"
              color="coral.7"
              c="var(--rp-bad-text)"
              aria-label={t('memberRemove', { name: member.name })}
              onClick={() => void remove(member)}
            >
              <IconTrash size={18} />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}
