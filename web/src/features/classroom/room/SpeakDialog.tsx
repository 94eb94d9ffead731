import { Button, Group, Modal, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { ACTIONS } from '../actions';
import { useClassroom } from '../context';
import { me, peopleHere } from '../selectors';
import { usePage, useSession } from '../store';

/** Asked to unmute: an answer, never an act of somebody else. */
export function SpeakDialog() {
  const { t } = useTranslation('room');
  const classroom = useClassroom();
  const isAsked = useSession((session) => {
    const own = me(session);
    return own?.presence === 'present' && own.invitation === 'asked';
  });
  // After a reload it is not known which of them asked.
  const first = useSession(
    (session) => peopleHere(session).find((one) => one.role === 'facilitator')?.name ?? '',
  );
  const by = usePage((state) => state.askedBy) || first;
  return (
    <Modal
      opened={isAsked}
      onClose={() => ACTIONS.declineToSpeak.perform(classroom)}
      withCloseButton={false}
      centered
      title={t('speak.title')}
    >
      <Text>{t('speak.body', { name: by })}</Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={() => ACTIONS.declineToSpeak.perform(classroom)}>
          {t('speak.decline')}
        </Button>
        <Button onClick={() => ACTIONS.unmuteAsked.perform(classroom)} data-autofocus>
          {t('speak.unmute')}
        </Button>
      </Group>
    </Modal>
  );
}
