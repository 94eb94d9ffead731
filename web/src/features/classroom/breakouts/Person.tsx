import { Menu } from '@mantine/core';
import { IconMicrophone } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import type { BreakoutRoomView, ParticipantView } from '../../../protocol';
import { Avatar } from '../../../ui';
import { useClassroom } from '../context';
import classes from './Breakouts.module.css';
import { MAIN_ROOM } from './fold';

export const DRAGGED = 'application/x-reprise-participant';

interface PersonProps {
  person: ParticipantView;
  /** Where they can be put; without rooms a chip only names. */
  rooms?: BreakoutRoomView[];
  roomId?: string | null;
  isAbsent?: boolean;
  speaks?: boolean;
}

/** Dragged with a pointer; with keys or a finger a menu says where to. */
export function Person({ person, rooms, roomId, isAbsent, speaks }: PersonProps) {
  const { t } = useTranslation('breakouts');
  const classroom = useClassroom();
  const content = (
    <>
      {speaks ? <IconMicrophone size={16} aria-hidden /> : <Avatar name={person.name} size={20} />}
      <span>
        {person.name}
        {isAbsent && <span className="sr-only"> ({t('absent')})</span>}
        {speaks && <span className="sr-only"> ({t('speaks')})</span>}
      </span>
    </>
  );
  const data = {
    'data-absent': isAbsent || undefined,
    'data-speaks': speaks || undefined,
    'data-person': person.participant_id,
  };
  if (!rooms) {
    return (
      <li className={classes.chip} {...data}>
        {content}
      </li>
    );
  }
  const move = (to: string) =>
    void classroom.command({
      type: 'move_participant',
      participant_id: person.participant_id,
      room_id: to,
    });
  return (
    <li style={{ maxWidth: '100%' }}>
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <button
            type="button"
            className={classes.chip}
            aria-label={t('move', { name: person.name })}
            draggable
            onDragStart={(event) => {
              event.dataTransfer.setData(DRAGGED, person.participant_id);
              event.dataTransfer.effectAllowed = 'move';
            }}
            {...data}
          >
            {content}
          </button>
        </Menu.Target>
        <Menu.Dropdown mah={300} style={{ overflowY: 'auto' }}>
          <Menu.Label>{t('moveTo', { name: person.name })}</Menu.Label>
          {rooms
            .filter((room) => room.room_id !== roomId)
            .map((room) => (
              <Menu.Item key={room.room_id} onClick={() => move(room.room_id)}>
                {room.name}
              </Menu.Item>
            ))}
          {roomId !== null && <Menu.Item onClick={() => move(MAIN_ROOM)}>{t('main')}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}
