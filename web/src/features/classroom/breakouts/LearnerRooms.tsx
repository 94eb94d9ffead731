import { Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { BreakoutsView } from '../../../protocol';
import { useClassroom } from '../context';
import panel from '../Panel.module.css';
import { usePage, useSession } from '../store';
import classes from './Breakouts.module.css';
import { NotesEditor } from './NotesEditor';
import { Person } from './Person';
import { mayChoose, ownRoom, peopleIn } from './select';

/** One's own room: task, notes, people; and the other rooms where one may choose. */
export function LearnerRooms({ breakouts }: { breakouts: BreakoutsView }) {
  const { t } = useTranslation('breakouts');
  const session = useSession((state) => state);
  const speakers = usePage((state) => state.speakers);
  const room = ownRoom(session);
  return (
    <Stack gap="md">
      {room && (
        <>
          <section>
            <h3 className={panel.heading}>{t('people', { name: room.name })}</h3>
            <ul className={classes.people}>
              {peopleIn(session, room.room_id).map((person) => (
                <Person
                  key={person.participant_id}
                  person={person}
                  speaks={speakers.includes(person.participant_id)}
                />
              ))}
            </ul>
          </section>
          <NotesEditor key={room.room_id} room={room} />
        </>
      )}
      <RoomList breakouts={breakouts} />
    </Stack>
  );
}

function RoomList({ breakouts }: { breakouts: BreakoutsView }) {
  const { t } = useTranslation('breakouts');
  const classroom = useClassroom();
  const session = useSession((state) => state);
  const others = breakouts.rooms.filter((room) => room.room_id !== session.room_id);
  const canChoose = others.some((room) => mayChoose(session, room));
  if (!canChoose) return null;
  return (
    <section>
      <h3 className={panel.heading}>{t('choose')}</h3>
      <ul className={panel.list}>
        {others.map((room) => {
          const count = room.participant_ids.length;
          const { room_size: size } = breakouts;
          return (
            <li key={room.room_id} className={panel.person}>
              <span className={panel.who}>
                <span className={panel.name}>{room.name}</span>
                <br />
                <span className={panel.note}>
                  {size === null ? t('inRoom', { count }) : t('inRoomOf', { count, size })}
                </span>
              </span>
              {mayChoose(session, room) ? (
                <Button
                  size="compact-sm"
                  variant="light"
                  aria-label={t('goTo', { name: room.name })}
                  onClick={() =>
                    void classroom.command({ type: 'choose_room', room_id: room.room_id })
                  }
                >
                  {t('go')}
                </Button>
              ) : (
                size !== null &&
                count >= size && (
                  <Text size="sm" c="dimmed">
                    {t('full')}
                  </Text>
                )
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
