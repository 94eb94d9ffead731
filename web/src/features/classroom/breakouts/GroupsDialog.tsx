import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { BreakoutRoomView } from '../../../protocol';
import { useClassroom } from '../context';
import { isLearner, peopleHere } from '../selectors';
import { useSession } from '../store';

interface Props {
  rooms: BreakoutRoomView[];
  isOpen: boolean;
  onClose: () => void;
}

const LONGEST = 40;

/** Each learner's group, by name; those of one group are then spread over the rooms. */
export function GroupsDialog({ rooms, isOpen, onClose }: Props) {
  const { t } = useTranslation('breakouts');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const listId = useId();
  const session = useSession((state) => state);
  const learners = peopleHere(session).filter(isLearner);
  const [groups, setGroups] = useState<Record<string, string>>(() => together(rooms));
  const named = Object.fromEntries(
    learners.flatMap(({ participant_id: id }) => {
      const group = groups[id]?.trim();
      return group ? [[id, group]] : [];
    }),
  );
  const known = [...new Set(Object.values(named))].sort();

  function deal() {
    void classroom.command({ type: 'assign_breakouts', how: 'groups', groups: named });
    onClose();
  }

  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      centered
      title={t('groups.title')}
      closeButtonProps={{ 'aria-label': common('action.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          deal();
        }}
      >
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {learners.length === 0 ? t('groups.nobody') : t('groups.hint')}
          </Text>
          {learners.map(({ participant_id: id, name }) => (
            <TextInput
              key={id}
              label={t('groups.of', { name })}
              placeholder={t('groups.none')}
              maxLength={LONGEST}
              list={listId}
              value={groups[id] ?? ''}
              onChange={({ currentTarget: { value } }) =>
                setGroups((now) => ({ ...now, [id]: value }))
              }
            />
          ))}
          <datalist id={listId}>
            {known.map((group) => (
              <option key={group} value={group} />
            ))}
          </datalist>
          <Group gap="xs">
            <Button type="submit" disabled={known.length === 0}>
              {t('groups.deal')}
            </Button>
            <Button variant="subtle" onClick={onClose}>
              {common('action.cancel')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** To begin with, who shares a room is a group. */
const together = (rooms: BreakoutRoomView[]): Record<string, string> =>
  Object.fromEntries(rooms.flatMap((room) => room.participant_ids.map((id) => [id, room.name])));
