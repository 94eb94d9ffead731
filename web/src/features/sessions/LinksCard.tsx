import {
  ActionIcon,
  Badge,
  Button,
  Code,
  CopyButton,
  Group,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconCheck, IconCopy, IconLink, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { CreateJoinLink, JoinLink } from '../../protocol';
import { http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import { Avatar, Card, ErrorState, toast, useErrorText } from '../../ui';

/** The server may answer with a path; what is copied must open anywhere. */
const absolute = (link: string): string => new URL(link, window.location.origin).toString();

export function LinksCard({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('sessions');
  const { t: common } = useTranslation();
  const errorText = useErrorText();
  const path = `/sessions/${sessionId}/links`;
  const links = useResource<JoinLink[]>(path);
  const [name, setName] = useState('');
  const [role, setRole] = useState<JoinLink['role']>('learner');
  const [isBusy, setBusy] = useState(false);

  async function create(event: FormEvent) {
    event.preventDefault();
    if (name.trim() === '') return;
    setBusy(true);
    try {
      const made = await http.post<JoinLink>(path, {
        name: name.trim(),
        role,
      } satisfies CreateJoinLink);
      links.set((old) => [...(old ?? []), made]);
      setName('');
    } catch (error) {
      toast(errorText(error), { tone: 'bad' });
    } finally {
      setBusy(false);
    }
  }

  async function revoke(link: JoinLink) {
    try {
      await http.delete(`${path}/${link.link_id}`);
      links.set((old) =>
        (old ?? []).map((one) =>
          one.link_id === link.link_id ? { ...one, is_revoked: true, link: null } : one,
        ),
      );
    } catch (error) {
      toast(errorText(error), { tone: 'bad' });
    }
  }

  return (
    <Card component="section" p="lg">
      <Title order={2} size="h4">
        {t('links')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('linksHint')}
      </Text>
      <form onSubmit={(event) => void create(event)}>
        <Group align="flex-end" gap="xs" mb="sm">
          <TextInput
            flex={1}
            miw={160}
            label={t('linkName')}
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            w={150}
            label={t('linkAs')}
            allowDeselect={false}
            value={role}
            data={(['learner', 'observer'] as const).map((value) => ({
              value,
              label: common(`role.${value}`),
            }))}
            onChange={(value) => setRole((value as JoinLink['role'] | null) ?? 'learner')}
          />
          <Button
            type="submit"
            variant="light"
            loading={isBusy}
            leftSection={<IconLink size={18} />}
          >
            {t('linkCreate')}
          </Button>
        </Group>
      </form>
      {links.error && !links.data && <ErrorState error={links.error} onRetry={links.reload} />}
      {links.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('linksNone')}
        </Text>
      )}
      <Stack gap="xs">
        {links.data?.map((link) => (
          <Link key={link.link_id} link={link} onRevoke={() => void revoke(link)} />
        ))}
      </Stack>
    </Card>
  );
}

function Link({ link, onRevoke }: { link: JoinLink; onRevoke: () => void }) {
  const { t } = useTranslation('sessions');
  const { t: common } = useTranslation();
  const state = link.is_revoked ? 'linkRevoked' : link.is_used ? 'linkUsed' : 'linkReady';
  return (
    <div data-link={link.link_id}>
      <Group wrap="nowrap" gap="sm">
        <Avatar name={link.name} size={32} />
        <Text flex={1} fw={600} truncate td={link.is_revoked ? 'line-through' : undefined}>
          {link.name}
        </Text>
        {link.role === 'observer' && (
          <Badge variant="light" tt="none">
            {common('role.observer')}
          </Badge>
        )}
        <Badge
          variant="light"
          tt="none"
          color={link.is_used && !link.is_revoked ? 'teal' : 'gray'}
          c={link.is_used && !link.is_revoked ? 'var(--rp-good-text)' : 'var(--mantine-color-text)'}
        >
          {t(state)}
        </Badge>
        {!link.is_revoked && (
          <ActionIcon
            variant="subtle"
            color="coral.7"
            c="var(--rp-bad-text)"
            aria-label={t('linkRevoke', { name: link.name })}
            onClick={onRevoke}
          >
            <IconTrash size={18} />
          </ActionIcon>
        )}
      </Group>
      {link.link && (
        <Group gap="xs" mt={6} wrap="nowrap" ml={44}>
          <Code
            flex={1}
            style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
          >
            {absolute(link.link)}
          </Code>
          <CopyButton value={absolute(link.link)}>
            {({ copied, copy }) => (
              <Button
                size="compact-sm"
                leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
                aria-label={t('linkCopy', { name: link.name })}
                onClick={copy}
              >
                {copied ? common('action.copied') : common('action.copy')}
              </Button>
            )}
          </CopyButton>
        </Group>
      )}
      {link.link && (
        <Text size="xs" c="dimmed" ml={44}>
          {t('linkOnce', { name: link.name })}
        </Text>
      )}
    </div>
  );
}
