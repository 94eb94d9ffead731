import { Badge, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconMailPlus, IconSearch, IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { formatDateTime } from '../../i18n';
import type { EditUser, Invitation, PasswordReset, User } from '../../protocol';
import { http } from '../../transport/http';
import { useUser } from '../../transport/me';
import { useResource } from '../../transport/resource';
import {
  Avatar, Card, ConfirmButton, EmptyState, ErrorState, Loading, PageShell, toast, useErrorText,
} from '../../ui';
import { InviteDialog } from './InviteDialog';
import { LinkDialog, type ShownLink } from './LinkDialog';
import { isExpired, isProtected, matching, sorted } from './state';
import { ServerNotice } from './ServerNotice';
import { UserRow } from './UserRow';
import { WebSitesCard } from './WebSitesCard';
import classes from './UsersPage.module.css';

export default function UsersPage() {
  const { t } = useTranslation(['users', 'common']);
  const me = useUser();
  return (
    <PageShell title={t('title')} maxWidth={1080}>
      {me?.role === 'admin' ? (
        <People me={me} />
      ) : (
        <EmptyState title={t('adminsOnly')} hint={t('adminsOnlyHint')} />
      )}
    </PageShell>
  );
}

function People({ me }: { me: User }) {
  const { t, i18n } = useTranslation(['users', 'common']);
  const errorText = useErrorText();
  const users = useResource<User[]>('/users');
  const invitations = useResource<Invitation[]>('/invitations');
  const [query, setQuery] = useState('');
  const [isInviting, setInviting] = useState(false);
  const [link, setLink] = useState<ShownLink | null>(null);

  const put = (user: User): void =>
    users.set((old) => old && old.map((each) => (each.user_id === user.user_id ? user : each)));
  const change = async (user: User, edit: EditUser, message: string): Promise<void> => {
    try {
      put(await http.patch<User>(`/users/${user.user_id}`, edit));
      toast(message, { tone: 'good' });
    } catch (reason) {
      toast(errorText(reason), { tone: 'bad' });
      users.reload();
    }
  };
  const reset = async (user: User): Promise<void> => {
    try {
      const made = await http.post<PasswordReset>(`/users/${user.user_id}/reset`);
      setLink({ kind: 'reset', name: user.name, url: made.link, expiresAt: made.expires_at });
    } catch (reason) {
      toast(errorText(reason), { tone: 'bad' });
    }
  };
  const revoke = async (invitation: Invitation): Promise<void> => {
    try {
      await http.delete(`/invitations/${invitation.invitation_id}`);
      toast(t('revoked', { name: invitation.name }), { tone: 'good' });
    } catch (reason) {
      toast(errorText(reason), { tone: 'bad' });
    }
    invitations.reload();
  };

  const all = users.data;
  const shown = all && sorted(matching(all, query), i18n.language);
  return (
    <Stack gap="lg" mt="xs">
      <Group justify="space-between" gap="md">
        <h1 className={classes.title}>{t('title')}</h1>
        <Button leftSection={<IconUserPlus size={18} />} onClick={() => setInviting(true)}>
          {t('invite')}
        </Button>
      </Group>

      <ServerNotice />

      <Card component="section" p={0} aria-label={t('accounts')}>
        <div className={classes.head}>
          <h2>
            {t('accounts')} {all && <span className={classes.count}>{all.length}</span>}
          </h2>
          <TextInput
            type="search"
            className={classes.search}
            value={query}
            placeholder={t('search')}
            aria-label={t('search')}
            leftSection={<IconSearch size={16} />}
            onChange={(event) => setQuery(event.currentTarget.value)}
          />
        </div>
        {shown === null ? (
          <div className={classes.pad}>
            {users.error ? <ErrorState error={users.error} onRetry={users.reload} /> : <Loading height={56} />}
          </div>
        ) : shown.length === 0 ? (
          <EmptyState title={t('noMatch')} />
        ) : (
          <ul className={classes.list}>
            {shown.map((user) => (
              <UserRow
                key={user.user_id}
                user={user}
                isMe={user.user_id === me.user_id}
                isProtected={isProtected(user, all ?? [], me.user_id)}
                onRole={(role) =>
                  void change(user, { role }, t('roleChanged', { name: user.name, role: t(`common:role.${role}`) }))
                }
                onDisable={(isDisabled) =>
                  void change(user, { is_disabled: isDisabled },
                    t(isDisabled ? 'disabledNow' : 'enabledNow', { name: user.name }))
                }
                onReset={() => void reset(user)}
              />
            ))}
          </ul>
        )}
      </Card>

      <Card component="section" p={0} aria-label={t('invitations')}>
        <div className={classes.head}>
          <h2>
            {t('invitations')}{' '}
            {invitations.data && <span className={classes.count}>{invitations.data.length}</span>}
          </h2>
        </div>
        {invitations.data === null ? (
          <div className={classes.pad}>
            {invitations.error ? (
              <ErrorState error={invitations.error} onRetry={invitations.reload} />
            ) : (
              <Loading rows={1} height={56} />
            )}
          </div>
        ) : invitations.data.length === 0 ? (
          <Text c="dimmed" className={classes.pad}>{t('noInvitations')}</Text>
        ) : (
          <ul className={classes.list}>
            {invitations.data.map((invitation) => (
              <li key={invitation.invitation_id} className={classes.row}>
                <Avatar name={invitation.name} size={40} />
                <div className={classes.who}>
                  <b>{invitation.name}</b>
                  <span>{invitation.email}</span>
                </div>
                <div className={classes.facts}>
                  <Badge variant="light" className={classes.badge}>{t(`common:role.${invitation.role}`)}</Badge>
                  <span data-bad={isExpired(invitation, Date.now()) || undefined}>
                    {t(isExpired(invitation, Date.now()) ? 'expired' : 'expires', {
                      when: formatDateTime(invitation.expires_at),
                    })}
                  </span>
                </div>
                <ConfirmButton
                  size="compact-md"
                  variant="default"
                  title={t('revokeTitle', { name: invitation.name })}
                  body={t('revokeBody')}
                  confirmLabel={t('revoke')}
                  onConfirm={() => revoke(invitation)}
                  aria-label={t('revokeOne', { name: invitation.name })}
                >
                  {t('revoke')}
                </ConfirmButton>
              </li>
            ))}
          </ul>
        )}
      </Card>

      <WebSitesCard />

      <InviteDialog
        isOpen={isInviting}
        onClose={() => setInviting(false)}
        onInvited={(invitation) => {
          setInviting(false);
          invitations.reload();
          if (invitation.link) {
            setLink({
              kind: 'invitation', name: invitation.name, url: invitation.link,
              expiresAt: invitation.expires_at,
            });
          }
        }}
        icon={<IconMailPlus size={18} />}
      />
      <LinkDialog link={link} onClose={() => setLink(null)} />
    </Stack>
  );
}
