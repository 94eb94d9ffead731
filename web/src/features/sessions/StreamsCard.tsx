import {
  ActionIcon,
  Badge,
  Button,
  Checkbox,
  Code,
  CopyButton,
  Group,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconBroadcast, IconCheck, IconCopy, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { CreateStreamToken, StreamToken } from '../../protocol';
import { http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import { Avatar, Card, ErrorState, toast, useErrorText } from '../../ui';

const USES: StreamToken['use'][] = ['camera', 'screen', 'watch'];

/** Tokens for programs: the address and the secret that OBS asks for. */
export function StreamsCard({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('sessions');
  const errorText = useErrorText();
  const path = `/sessions/${sessionId}/stream-tokens`;
  const tokens = useResource<StreamToken[]>(path);
  const [name, setName] = useState('');
  const [use, setUse] = useState<StreamToken['use']>('camera');
  const [isRecorded, setRecorded] = useState(false);
  const [isBusy, setBusy] = useState(false);

  async function create(event: FormEvent) {
    event.preventDefault();
    if (name.trim() === '') return;
    setBusy(true);
    try {
      const made = await http.post<StreamToken>(path, {
        name: name.trim(),
        use,
        may_be_recorded: isRecorded && use !== 'watch',
      } satisfies CreateStreamToken);
      tokens.set((old) => [...(old ?? []), made]);
      setName('');
    } catch (error) {
      toast(errorText(error), { tone: 'bad' });
    } finally {
      setBusy(false);
    }
  }

  async function revoke(token: StreamToken) {
    try {
      await http.delete(`${path}/${token.token_id}`);
      tokens.set((old) =>
        (old ?? []).map((one) =>
          one.token_id === token.token_id ? { ...one, is_revoked: true, token: null } : one,
        ),
      );
    } catch (error) {
      toast(errorText(error), { tone: 'bad' });
    }
  }

  return (
    <Card component="section" p="lg">
      <Title order={2} size="h4">
        {t('streams.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('streams.hint')}
      </Text>
      <form onSubmit={(event) => void create(event)}>
        <Group align="flex-end" gap="xs" mb="sm">
          <TextInput
            flex={1}
            miw={160}
            label={t('streams.name')}
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            w={150}
            label={t('streams.as')}
            allowDeselect={false}
            value={use}
            data={USES.map((value) => ({
              value,
              label: t(`streams.use.${value}`),
            }))}
            onChange={(value) => setUse((value as StreamToken['use'] | null) ?? 'camera')}
          />
          <Button
            type="submit"
            variant="light"
            loading={isBusy}
            leftSection={<IconBroadcast size={18} />}
          >
            {t('streams.create')}
          </Button>
        </Group>
        {use !== 'watch' && (
          <Checkbox
            mb="sm"
            label={t('streams.recorded')}
            checked={isRecorded}
            onChange={(event) => setRecorded(event.currentTarget.checked)}
          />
        )}
      </form>
      {tokens.error && !tokens.data && <ErrorState error={tokens.error} onRetry={tokens.reload} />}
      {tokens.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('streams.none')}
        </Text>
      )}
      <Stack gap="xs">
        {tokens.data?.map((token) => (
          <Token key={token.token_id} token={token} onRevoke={() => void revoke(token)} />
        ))}
      </Stack>
    </Card>
  );
}

function Token({ token, onRevoke }: { token: StreamToken; onRevoke: () => void }) {
  const { t } = useTranslation('sessions');
  const state = token.is_revoked ? 'linkRevoked' : token.is_used ? 'linkUsed' : 'linkReady';
  const isInUse = token.is_used && !token.is_revoked;
  const { name } = token;
  return (
    <div data-token={token.token_id}>
      <Group gap="sm" wrap="nowrap">
        <Avatar name={name} size={32} />
        <Text flex={1} fw={600} truncate td={token.is_revoked ? 'line-through' : undefined}>
          {name}
        </Text>
        <Badge variant="light" tt="none" visibleFrom="xs">
          {t(`streams.use.${token.use}`)}
        </Badge>
        {token.may_be_recorded && (
          <Badge
            variant="light"
            tt="none"
            color="gray"
            c="var(--mantine-color-text)"
            visibleFrom="xs"
          >
            {t('streams.onRecord')}
          </Badge>
        )}
        <Badge
          variant="light"
          tt="none"
          color={isInUse ? 'teal' : 'gray'}
          c={isInUse ? 'var(--rp-good-text)' : 'var(--mantine-color-text)'}
        >
          {t(state)}
        </Badge>
        {!token.is_revoked && (
          <ActionIcon
            variant="subtle"
            color="coral.7"
            c="var(--rp-bad-text)"
            aria-label={t('streams.revoke', { name })}
            onClick={onRevoke}
          >
            <IconTrash size={18} />
          </ActionIcon>
        )}
      </Group>
      {token.token && (
        <Stack gap={4} mt={6} pl={{ base: 0, xs: 44 }}>
          <Secret
            label={t(token.use === 'watch' ? 'streams.addressOut' : 'streams.address')}
            value={new URL(token.path, window.location.origin).toString()}
            copyLabel={t('streams.copyAddress', { name })}
          />
          <Secret
            label={t('streams.token')}
            value={token.token}
            copyLabel={t('streams.copyToken', { name })}
          />
          <Text size="xs" c="dimmed">
            {t('streams.once')}
          </Text>
        </Stack>
      )}
    </div>
  );
}

function Secret({ label, value, copyLabel }: { label: string; value: string; copyLabel: string }) {
  const { t: common } = useTranslation();
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code
          flex={1}
          style={{
            overflow: 'hidden',
            textOverflow: 'ellipsis',
            whiteSpace: 'nowrap',
          }}
        >
          {value}
        </Code>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button
              size="compact-sm"
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              aria-label={copyLabel}
              onClick={copy}
            >
              {copied ? common('action.copied') : common('action.copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
    </div>
  );
}
