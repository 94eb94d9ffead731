import { Button, Group } from '@mantine/core';
import { IconLock, IconMicrophoneOff, IconUserPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { ACTIONS } from '../actions';
import { useClassroom } from '../context';
import { LostMeter } from './LostMeter';

/** What only facilitators see first: who is lost, and what holds the class together. */
export function HostBar() {
  const { t } = useTranslation('room');
  const classroom = useClassroom();
  return (
    <>
      <LostMeter />
      <Group gap="xs" mb="sm" grow preventGrowOverflow={false}>
        <Button
          size="compact-md"
          variant="default"
          leftSection={<IconMicrophoneOff size={16} aria-hidden />}
          onClick={() => ACTIONS.muteAll.perform(classroom)}
        >
          {t('locks.muteAllShort')}
        </Button>
        <Button
          size="compact-md"
          variant="default"
          leftSection={<IconLock size={16} aria-hidden />}
          onClick={() => ACTIONS.locks.perform(classroom)}
        >
          {t('locks.show')}
        </Button>
        <Button
          size="compact-md"
          variant="default"
          leftSection={<IconUserPlus size={16} aria-hidden />}
          onClick={() => ACTIONS.invite.perform(classroom)}
        >
          {t('invite.short')}
        </Button>
      </Group>
    </>
  );
}
