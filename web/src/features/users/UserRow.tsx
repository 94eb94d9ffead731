import { ActionIcon, Badge, Menu, Select } from '@mantine/core';
import { IconDots, IconKey, IconLock, IconLockOpen } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { formatDate } from '../../i18n';
import type { Role, User } from '../../protocol';
import { Avatar } from '../../ui';
import { ConfirmDialog } from './ConfirmDialog';
import classes from './UsersPage.module.css';

const ROLES: readonly Role[] = ['admin', 'facilitator', 'learner'];

interface Props {
  user: User;
  isMe: boolean;
  /** One's own account, or the last admin's: neither role nor access can be taken here. */
  isProtected: boolean;
  onRole: (role: Role) => void;
  onDisable: (isDisabled: boolean) => void;
  onReset: () => void;
}

export function UserRow({ user, isMe, isProtected, onRole, onDisable, onReset }: Props) {
  const { t } = useTranslation(['users', 'common']);
  const [isAsking, setAsking] = useState(false);
  return (
    <li className={classes.row} data-disabled={user.is_disabled || undefined}>
      <Avatar name={user.name} size={40} />
      <div className={classes.who}>
        <b>
          {user.name} {isMe && <span className={classes.me}>{t('you')}</span>}
        </b>
        <span>{user.email}</span>
      </div>
      <div className={classes.facts}>
        {user.is_disabled && <Badge variant="light" className={classes.badge} data-off>{t('disabled')}</Badge>}
        <span>
          {user.last_seen_at === null
            ? t('neverSeen')
            : t('lastSeen', { when: formatDate(user.last_seen_at) })}
        </span>
      </div>
      <Select
        className={classes.role}
        aria-label={t('roleOf', { name: user.name })}
        value={user.role}
        disabled={isProtected || user.is_disabled}
        allowDeselect={false}
        data={ROLES.map((role) => ({ value: role, label: t(`common:role.${role}`) }))}
        onChange={(role) => {
          if (role !== null && role !== user.role) onRole(role as Role);
        }}
      />
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            c="dimmed"
            size={36}
            aria-label={t('actionsOf', { name: user.name })}
          >
            <IconDots size={19} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconKey size={16} />}
            disabled={user.is_disabled}
            onClick={onReset}
          >
            {t('reset')}
          </Menu.Item>
          {user.is_disabled ? (
            <Menu.Item leftSection={<IconLockOpen size={16} />} onClick={() => onDisable(false)}>
              {t('enable')}
            </Menu.Item>
          ) : (
            <Menu.Item
              color="var(--rp-bad-text)"
              leftSection={<IconLock size={16} />}
              disabled={isProtected}
              onClick={() => setAsking(true)}
            >
              {t('disable')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={t('disableTitle', { name: user.name })}
        body={t('disableBody')}
        confirmLabel={t('disable')}
        onConfirm={() => {
          setAsking(false);
          onDisable(true);
        }}
      />
    </li>
  );
}
