import { Button, Group, Modal, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { ParticipantView } from '../../protocol';
import { useClassroom } from './context';

export interface Removal {
  person: ParticipantView;
  /** To the lobby, or for good. */
  mayReturn: boolean;
}

interface Props {
  removal: Removal | null;
  onClose: () => void;
}

export function RemoveDialog({ removal, onClose }: Props) {
  const { t } = useTranslation('room');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const name = removal?.person.name ?? '';
  const mayReturn = removal?.mayReturn === true;
  return (
    <Modal
      opened={removal !== null}
      onClose={onClose}
      title={mayReturn ? t('people.sendOutTitle', { name }) : t('people.banTitle', { name })}
      centered
      closeButtonProps={{ 'aria-label': common('action.close') }}
    >
      <Text>{mayReturn ? t('people.sendOutBody', { name }) : t('people.banBody', { name })}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          {common('action.cancel')}
        </Button>
        <Button
          color="coral.7"
          onClick={() => {
            if (removal) {
              void classroom.command({
                type: 'remove',
                participant_id: removal.person.participant_id,
                ...(mayReturn ? { may_return: true } : {}),
              });
            }
            onClose();
          }}
        >
          {mayReturn ? t('people.sendOut') : t('people.ban')}
        </Button>
      </Group>
    </Modal>
  );
}
