import { Button, Group, Modal, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { ParticipantView } from '../../protocol';
import { useClassroom } from './context';

interface Props {
  person: ParticipantView | null;
  onClose: () => void;
}

export function RemoveDialog({ person, onClose }: Props) {
  const { t } = useTranslation('classroom');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const name = person?.name ?? '';
  return (
    <Modal
      opened={person !== null}
      onClose={onClose}
      title={t('people.removeTitle', { name })}
      centered
      closeButtonProps={{ 'aria-label': common('action.close') }}
    >
      <Text>{t('people.removeBody', { name })}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          {common('action.cancel')}
        </Button>
        <Button
          color="coral.7"
          onClick={() => {
            if (person) {
              void classroom.command({ type: 'remove', participant_id: person.participant_id });
            }
            onClose();
          }}
        >
          {t('people.remove')}
        </Button>
      </Group>
    </Modal>
  );
}
