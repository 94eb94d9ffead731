import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { Card } from '../../ui';
import { DoorHead, type DoorProps } from './DoorHead';

/** Before the door for somebody who only watches: nothing to switch on, nothing to be asked. */
export function WatchDoor({ lobby, onJoin }: DoorProps) {
  const { t } = useTranslation('device');
  return (
    <Card component="section" p="lg">
      <Stack gap="md">
        <DoorHead lobby={lobby} />
        <Alert color="gray" icon={<IconEye size={20} />} title={t('watch')}>
          {t('watchBody')}
        </Alert>
        {lobby.state === 'scheduled' && (
          <Text size="sm" c="dimmed">
            {t('notYet')}
          </Text>
        )}
        <Button
          size="md"
          data-testid="join"
          onClick={() =>
            onJoin({ microphone: false, camera: false, consent: null, startsSession: false })
          }
        >
          {t('watchJoin')}
        </Button>
      </Stack>
    </Card>
  );
}
