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
import { IconCheck, IconCopy, IconTrash } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { http } from '../../transport/http';
import { type Resource, useResource } from '../../transport/resource';
import { Avatar } from '../Avatar';
import { Card } from '../Card';
import { ErrorState, useErrorText } from '../States';
import { toast } from '../toast';

/** What a facilitator gives to one person or program: a name, one seat, revocable. */
export interface Given {
  name: string;
  is_used: boolean;
  is_revoked: boolean;
}

export interface GivenList<T> {
  all: Resource<T[]>;
  create: (body: object) => Promise<boolean>;
  revoke: (one: T) => Promise<void>;
}

/** `idOf` names one under `path`; `forget` takes its secret away once it is revoked. */
export function useGiven<T extends Given>(
  path: string,
  idOf: (one: T) => string,
  forget: (one: T) => T,
): GivenList<T> {
  const errorText = useErrorText();
  const all = useResource<T[]>(path);
  const attempt = async (what: () => Promise<void>): Promise<boolean> => {
    try {
      await what();
      return true;
    } catch (error) {
      toast(errorText(error), { tone: 'bad' });
      return false;
    }
  };
  return {
    all,
    create: (body) =>
      attempt(async () => {
        const made = await http.post<T>(path, body);
        all.set((old) => [...(old ?? []), made]);
      }),
    revoke: async (gone) => {
      await attempt(async () => {
        await http.delete(`${path}/${idOf(gone)}`);
        all.set((old) =>
          (old ?? []).map((one) =>
            idOf(one) === idOf(gone) ? { ...forget(one), is_revoked: true } : one,
          ),
        );
      });
    },
  };
}

interface CardProps<T, K extends string> {
  list: GivenList<T>;
  title: string;
  hint: string;
  none: string;
  nameLabel: string;
  kindLabel: string;
  kinds: { value: K; label: string }[];
  kind: K;
  onKind: (kind: K) => void;
  createLabel: string;
  icon: ReactNode;
  /** what is asked beside name and kind */
  more?: ReactNode;
  bodyFor: (name: string) => object;
  row: (one: T) => ReactNode;
}

/** The form that makes one, and those that were made. */
export function GivenCard<T, K extends string>(props: CardProps<T, K>) {
  const { list, kinds } = props;
  const [name, setName] = useState('');
  const [isBusy, setBusy] = useState(false);

  async function create(event: FormEvent) {
    event.preventDefault();
    if (name.trim() === '') return;
    setBusy(true);
    if (await list.create(props.bodyFor(name.trim()))) setName('');
    setBusy(false);
  }

  return (
    <Card component="section" p="lg">
      <Title order={2} size="h4">
        {props.title}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {props.hint}
      </Text>
      <form onSubmit={(event) => void create(event)}>
        <Group align="flex-end" gap="xs" mb="sm">
          <TextInput
            flex={1}
            miw={160}
            label={props.nameLabel}
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            w={150}
            label={props.kindLabel}
            allowDeselect={false}
            value={props.kind}
            data={kinds}
            onChange={(value) => {
              const found = kinds.find((one) => one.value === value);
              if (found) props.onKind(found.value);
            }}
          />
          <Button type="submit" variant="light" loading={isBusy} leftSection={props.icon}>
            {props.createLabel}
          </Button>
        </Group>
        {props.more}
      </form>
      {list.all.error && !list.all.data && (
        <ErrorState error={list.all.error} onRetry={list.all.reload} />
      )}
      {list.all.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {props.none}
        </Text>
      )}
      <Stack gap="xs">{list.all.data?.map(props.row)}</Stack>
    </Card>
  );
}

interface RowProps {
  one: Given;
  badges: ReactNode;
  revokeLabel: string;
  onRevoke: () => void;
}

export function GivenRow({ one, badges, revokeLabel, onRevoke }: RowProps) {
  const { t } = useTranslation('sessions');
  const state = one.is_revoked ? 'linkRevoked' : one.is_used ? 'linkUsed' : 'linkReady';
  const isInUse = one.is_used && !one.is_revoked;
  return (
    <Group wrap="nowrap" gap="sm">
      <Avatar name={one.name} size={32} />
      <Text flex={1} fw={600} truncate td={one.is_revoked ? 'line-through' : undefined}>
        {one.name}
      </Text>
      {badges}
      <Badge
        variant="light"
        tt="none"
        color={isInUse ? 'teal' : 'gray'}
        c={isInUse ? 'var(--rp-good-text)' : 'var(--mantine-color-text)'}
      >
        {t(state)}
      </Badge>
      {!one.is_revoked && (
        <ActionIcon
          variant="subtle"
          color="coral.7"
          c="var(--rp-bad-text)"
          aria-label={revokeLabel}
          onClick={onRevoke}
        >
          <IconTrash size={18} />
        </ActionIcon>
      )}
    </Group>
  );
}

/** Something long to be copied whole. */
export function Secret({ value, copyLabel }: { value: string; copyLabel: string }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" wrap="nowrap">
      <Code
        flex={1}
        style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
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
            {copied ? t('action.copied') : t('action.copy')}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}

/** The server may answer with a path; what is copied must open anywhere. */
export const absolute = (link: string): string => new URL(link, window.location.origin).toString();
