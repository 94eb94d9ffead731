import { Button, Loader } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { EmptyState } from '../../ui';
import { useClassroom } from './context';
import { useSession } from './store';

export function WaitingRoom() {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const hasStarted = useSession((session) => session.state === 'live');
  const lobbyIsOn = useSession((session) => session.lobby_is_on);
  return (
    <div role="status">
      <EmptyState
        order={1}
        title={hasStarted ? t('waiting.title') : t('waiting.notStarted')}
        hint={
          hasStarted
            ? t('waiting.body')
            : lobbyIsOn
              ? t('waiting.notStartedLobby')
              : t('waiting.notStartedBody')
        }
        icon={<Loader size={28} type="dots" />}
        action={
          <Button variant="default" onClick={() => classroom.leave()}>
            {t('waiting.leave')}
          </Button>
        }
      />
    </div>
  );
}
