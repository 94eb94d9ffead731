import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { BreakoutRoomView } from '../../../protocol';
import { useClassroom } from '../context';

export function RoomEditor({ room, onDone }: { room: BreakoutRoomView; onDone: () => void }) {
  const { t } = useTranslation('breakouts');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const [name, setName] = useState(room.name);
  const [task, setTask] = useState(room.task);
  async function save() {
    const isSaved = await classroom.command({
      type: 'edit_breakout_room',
      room_id: room.room_id,
      name: name.trim(),
      task: task.trim(),
    });
    if (isSaved) onDone();
  }
  return (
    <Stack
      component="form"
      gap="xs"
      mt={6}
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextInput
        label={t('name')}
        value={name}
        maxLength={80}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={t('task')}
        value={task}
        maxLength={1000}
        autosize
        minRows={2}
        maxRows={6}
        onChange={(event) => setTask(event.currentTarget.value)}
      />
      <Group gap="xs">
        <Button type="submit" size="compact-sm" disabled={name.trim() === ''}>
          {common('action.save')}
        </Button>
        <Button size="compact-sm" variant="subtle" onClick={onDone}>
          {common('action.cancel')}
        </Button>
      </Group>
    </Stack>
  );
}
