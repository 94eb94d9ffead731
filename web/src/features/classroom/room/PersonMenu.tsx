import { ActionIcon, Menu } from '@mantine/core';
import { IconDotsVertical } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import type { ParticipantView, SetRole } from '../../../protocol';
import { useClassroom } from '../context';
import type { Removal } from '../RemoveDialog';
import { isFacilitator, isObserver, takesPart } from '../selectors';
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
  const watches = useSession(isObserver);
  const isAble = takesPart(person);
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
        {!isMe && isAble && (
          <>
            {!watches && !person.is_stream && (
              <Menu.Item onClick={() => classroom.writeTo(id)}>{room('people.write')}</Menu.Item>
            )}
            <Menu.Item onClick={() => classroom.pin(isPinned ? null : id)}>
              {isPinned ? room('people.unpin') : room('people.pin')}
            </Menu.Item>
          </>
        )}
        {hosts && isAble && (
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
        {hosts && !isMe && isAble && <Speaking person={person} />}
        {hosts && person.hand_raised_at_ms !== null && (
          <Menu.Item
            onClick={() => void classroom.command({ type: 'lower_hand', participant_id: id })}
          >
            {t('people.lowerHand')}
          </Menu.Item>
        )}
        {hosts && !isMe && (
          <>
            {isAble && <Menu.Divider />}
            {rolesFor(person).map((role) => (
              <Menu.Item key={role} onClick={() => void classroom.setRole(person, role)}>
                {room(`people.make.${role}`)}
              </Menu.Item>
            ))}
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

const ROLES: SetRole['role'][] = ['facilitator', 'learner', 'observer'];

/** What somebody can be made; a guest has no account to facilitate with. */
const rolesFor = (person: ParticipantView): SetRole['role'][] =>
  person.is_stream
    ? []
    : ROLES.filter((role) => role !== person.role && !(person.is_guest && role === 'facilitator'));

function Speaking({ person }: { person: ParticipantView }) {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const classroom = useClassroom();
  const id = person.participant_id;
  const mute = (track: 'microphone' | 'camera' | 'screen') =>
    void classroom.command({ type: 'mute_participant', participant_id: id, track });
  return (
    <>
      {!person.tracks.microphone && !person.is_stream && person.presence === 'present' && (
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
