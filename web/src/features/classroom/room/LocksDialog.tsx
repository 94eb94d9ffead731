import { Button, Modal, Stack, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { LockKind } from '../../../protocol';
import { ACTIONS } from '../actions';
import { useClassroom } from '../context';
import { usePage, useSession } from '../store';

const LOCKS = [
  'chat',
  'private_chat',
  'files',
  'microphone',
  'camera',
  'screen',
  'whiteboard',
  'notes',
  'reactions',
] as const;

/** What learners may do, changed while the class goes on. A switch that is on allows. */
export function LocksDialog() {
  const { t } = useTranslation('room');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const locks = useSession((session) => session.locks);
  const opened = usePage((state) => state.dialog === 'locks');
  const allow = (lock: LockKind, isAllowed: boolean) =>
    void classroom.command({ type: 'set_lock', lock, is_on: !isAllowed });
  const row = (lock: LockKind, label: string, description?: string) => (
    <Switch
      key={lock}
      label={label}
      description={description}
      checked={!locks.includes(lock)}
      onChange={(event) => allow(lock, event.currentTarget.checked)}
    />
  );
  return (
    <Modal
      opened={opened}
      onClose={() => classroom.store.setState({ dialog: null })}
      centered
      title={t('locks.title')}
      closeButtonProps={{ 'aria-label': common('action.close') }}
    >
      <Stack gap="sm">
        {LOCKS.map((lock) => row(lock, t(`locks.${lock}`)))}
        {row('room', t('locks.enter'))}
        {row('unattended', t('locks.alone'), t('locks.aloneHint'))}
        <Button variant="default" mt="sm" onClick={() => ACTIONS.muteAll.perform(classroom)}>
          {t('locks.muteAll')}
        </Button>
      </Stack>
    </Modal>
  );
}
