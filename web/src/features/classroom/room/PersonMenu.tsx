import { ActionIcon, Menu } from '@mantine/core';
import { IconDotsVertical } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import type { ParticipantView } from '../../../protocol';
import { useClassroom } from '../context';
import type { Removal } from '../RemoveDialog';
import { isFacilitator } from '../selectors';
import { usePage, useSession } from '../store';

interface Props {
  person: ParticipantView;
  onRemove: (removal: Removal) => void;
}

export function PersonMenu({ person, onRemove }: Props) {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const classroom = useClassroom();
  const id = person.participant_id;
  const isPinned = usePage((state) => state.pinned === id);
  const isMe = useSession((session) => session.me === id);
  const isHeld = useSession((session) => session.spotlight === id);
  const hosts = useSession(isFacilitator);
  return (
    <Menu position="bottom-end" width={270}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          aria-label={t('people.menu', { name: person.name })}
        >
          <IconDotsVertical size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!isMe && (
          <>
            <Menu.Item onClick={() => classroom.writeTo(id)}>{room('people.write')}</Menu.Item>
            <Menu.Item onClick={() => classroom.pin(isPinned ? null : id)}>
              {isPinned ? room('people.unpin') : room('people.pin')}
            </Menu.Item>
          </>
        )}
        {hosts && (
          <Menu.Item
            onClick={() =>
              void classroom.command({
                type: 'spotlight',
                participant_id: isHeld ? null : id,
              })
            }
          >
            {isHeld ? t('people.unspotlight') : t('people.spotlight')}
          </Menu.Item>
        )}
        {hosts && !isMe && <Speaking person={person} />}
        {hosts && person.hand_raised_at_ms !== null && (
          <Menu.Item
            onClick={() => void classroom.command({ type: 'lower_hand', participant_id: id })}
          >
            {t('people.lowerHand')}
          </Menu.Item>
        )}
        {hosts && !isMe && (
          <>
            <Menu.Divider />
            {!person.is_guest && (
              <Menu.Item onClick={() => void classroom.setRole(person)}>
                {person.role === 'facilitator' ? room('people.demote') : room('people.promote')}
              </Menu.Item>
            )}
            <Menu.Item
              c="var(--rp-bad-text)"
              onClick={() => onRemove({ person, mayReturn: true })}
            >
              {room('people.sendOut')}
            </Menu.Item>
            <Menu.Item
              c="var(--rp-bad-text)"
              onClick={() => onRemove({ person, mayReturn: false })}
            >
              {room('people.ban')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function Speaking({ person }: { person: ParticipantView }) {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const classroom = useClassroom();
  const id = person.participant_id;
  const mute = (track: 'microphone' | 'camera' | 'screen') =>
    void classroom.command({ type: 'mute_participant', participant_id: id, track });
  return (
    <>
      {!person.tracks.microphone && person.presence === 'present' && (
        <Menu.Item
          onClick={() => void classroom.command({ type: 'invite_to_speak', participant_id: id })}
        >
          {room('speak.ask')}
        </Menu.Item>
      )}
      {person.tracks.microphone && (
        <Menu.Item onClick={() => mute('microphone')}>{t('people.mute')}</Menu.Item>
      )}
      {person.tracks.camera && (
        <Menu.Item onClick={() => mute('camera')}>{t('people.stopCamera')}</Menu.Item>
      )}
      {person.tracks.screen && (
        <Menu.Item onClick={() => mute('screen')}>{t('people.stopScreen')}</Menu.Item>
      )}
    </>
  );
}
