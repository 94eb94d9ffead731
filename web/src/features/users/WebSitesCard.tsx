import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { WebOrigin } from '../../protocol';
import { ApiError, http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import { Card, EmptyState, ErrorState, Loading } from '../../ui';
import classes from './UsersPage.module.css';

const hostOf = (origin: string): string => origin.replace('https://', '');

/** Sites whose pages facilitators may show in class. */
export function WebSitesCard() {
  const { t } = useTranslation('users');
  const sites = useResource<WebOrigin[]>('/web-origins');
  const [address, setAddress] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);

  async function add() {
    try {
      await http.post<WebOrigin>('/web-origins', { address: address.trim() });
      setAddress('');
      setTrouble(null);
      sites.reload();
    } catch (error) {
      const code = error instanceof ApiError ? error.code : 'internal';
      setTrouble(
        code === 'site_listed_already'
          ? t('sites.known')
          : code === 'bad_web_address'
            ? t('sites.bad')
            : t('sites.failed'),
      );
    }
  }

  async function remove(origin: string) {
    try {
      await http.delete(`/web-origins/${hostOf(origin)}`);
    } catch {
      setTrouble(t('sites.failed'));
    }
    sites.reload();
  }

  return (
    <Card component="section" p={0} aria-label={t('sites.title')}>
      <div className={classes.head}>
        <h2>{t('sites.title')}</h2>
      </div>
      <Stack gap="sm" p="md">
        <Text size="sm" c="dimmed">
          {t('sites.hint')}
        </Text>
        {sites.error ? (
          <ErrorState error={sites.error} onRetry={sites.reload} />
        ) : sites.data === null ? (
          <Loading height={36} />
        ) : sites.data.length === 0 ? (
          <EmptyState title={t('sites.none')} />
        ) : (
          <Stack gap={4} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
            {sites.data.map(({ origin }) => (
              <Group key={origin} component="li" justify="space-between" wrap="nowrap">
                <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                  {hostOf(origin)}
                </Text>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  c="var(--mantine-color-text)"
                  aria-label={t('sites.remove', { site: hostOf(origin) })}
                  onClick={() => void remove(origin)}
                >
                  <IconTrash size={17} />
                </ActionIcon>
              </Group>
            ))}
          </Stack>
        )}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void add();
          }}
        >
          <Group align="flex-end" gap="xs">
            <TextInput
              flex={1}
              label={t('sites.add')}
              placeholder="https://phet.colorado.edu"
              value={address}
              error={trouble}
              onChange={(event) => {
                setAddress(event.currentTarget.value);
                setTrouble(null);
              }}
            />
            <Button type="submit" disabled={address.trim() === ''}>
              {t('sites.addButton')}
            </Button>
          </Group>
        </form>
      </Stack>
    </Card>
  );
}
