import { Button, Group, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconHelpCircle, IconSend2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { BreakoutRoomView, BreakoutsView } from '../../../protocol';
import { useClassroom } from '../context';
import panel from '../Panel.module.css';
import { personOf } from '../selectors';
import { usePage, useSession } from '../store';
import classes from './Breakouts.module.css';
import { MAIN_ROOM } from './fold';
import { NotesEditor } from './NotesEditor';
import { Person } from './Person';
import { RoomCard } from './RoomCard';
import { RoomTimer } from './RoomTimer';
import { membersOf, ownRoom, peopleIn } from './select';

/** All rooms while they are open, for facilitators. */
export function Board({ breakouts }: { breakouts: BreakoutsView }) {
  const { t } = useTranslation('breakouts');
  const classroom = useClassroom();
  const session = useSession((state) => state);
  const inMain = peopleIn(session, MAIN_ROOM).filter((one) => one.role !== 'facilitator');
  const visiting = ownRoom(session);
  const minutes = (count: number) =>
    void classroom.command({ type: 'extend_breakouts', extra_ms: count * 60_000 });
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <RoomTimer breakouts={breakouts} />
        <Button size="compact-sm" variant="light" onClick={() => minutes(1)}>
          {t('extend', { count: 1 })}
        </Button>
        <Button size="compact-sm" variant="light" onClick={() => minutes(5)}>
          {t('extend', { count: 5 })}
        </Button>
      </Group>
      <HelpList breakouts={breakouts} />
      <Broadcast breakouts={breakouts} />
      {visiting && <NotesEditor key={visiting.room_id} room={visiting} />}
      {inMain.length > 0 && (
        <RoomCard
          roomId={MAIN_ROOM}
          title={t('inMain', { count: inMain.length })}
          label={t('main')}
        >
          <ul className={classes.people}>
            {inMain.map((person) => (
              <Person
                key={person.participant_id}
                person={person}
                rooms={breakouts.rooms}
                roomId={null}
              />
            ))}
          </ul>
        </RoomCard>
      )}
      {breakouts.rooms.map((room) => (
        <OpenRoom key={room.room_id} room={room} breakouts={breakouts} />
      ))}
      <Group gap="xs">
        <Button
          onClick={() => void classroom.command({ type: 'close_breakouts', countdown_ms: 30_000 })}
          disabled={breakouts.state === 'closing'}
        >
          {t('close')}
        </Button>
        <Button
          variant="subtle"
          onClick={() => void classroom.command({ type: 'close_breakouts', countdown_ms: 0 })}
        >
          {t('closeNow')}
        </Button>
      </Group>
    </Stack>
  );
}

function HelpList({ breakouts }: { breakouts: BreakoutsView }) {
  const { t } = useTranslation('breakouts');
  const classroom = useClassroom();
  const session = useSession((state) => state);
  if (breakouts.help.length === 0) return null;
  const calls = [...breakouts.help].sort((a, b) => a.place - b.place);
  return (
    <section>
      <h3 className={panel.heading}>{t('help.list')}</h3>
      <ol className={panel.list} aria-label={t('help.list')}>
        {calls.map((call) => (
          <li key={call.room_id} className={panel.person}>
            <IconHelpCircle size={20} aria-hidden color="var(--rp-warn-text)" />
            <span className={panel.who}>
              <span className={panel.name}>
                {breakouts.rooms.find((room) => room.room_id === call.room_id)?.name}
              </span>
              <br />
              <span className={panel.note}>
                {t('help.by', { name: personOf(session, call.participant_id)?.name ?? '' })}
              </span>
            </span>
            <Button
              size="compact-sm"
              onClick={() =>
                void classroom.command({ type: 'visit_room', room_id: call.room_id })
              }
            >
              {t('visit')}
            </Button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Broadcast({ breakouts }: { breakouts: BreakoutsView }) {
  const { t } = useTranslation('breakouts');
  const classroom = useClassroom();
  const me = useSession((session) => session.me);
  const [text, setText] = useState('');
  const speaks = breakouts.voice_by === me;
  return (
    <Stack gap={6}>
      <Group
        component="form"
        gap="xs"
        wrap="nowrap"
        onSubmit={(event: React.FormEvent) => {
          event.preventDefault();
          const line = text.trim();
          if (line === '') return;
          void classroom
            .command({ type: 'broadcast_text', text: line })
            .then((isSent) => isSent && setText(''));
        }}
      >
        <TextInput
          flex={1}
          value={text}
          maxLength={1000}
          aria-label={t('broadcast.text')}
          placeholder={t('broadcast.text')}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" px="sm" aria-label={t('broadcast.send')}>
          <IconSend2 size={18} aria-hidden />
        </Button>
      </Group>
      <Switch
        label={t('broadcast.voice')}
        description={speaks ? t('broadcast.voiceOn') : undefined}
        checked={speaks}
        onChange={(event) => {
          const isOn = event.currentTarget.checked;
          void classroom.command({ type: 'broadcast_voice', is_on: isOn });
          if (isOn && !classroom.tracks.isOn('microphone')) void classroom.tracks.toggleMicrophone();
        }}
      />
    </Stack>
  );
}

function OpenRoom({ room, breakouts }: { room: BreakoutRoomView; breakouts: BreakoutsView }) {
  const { t } = useTranslation('breakouts');
  const classroom = useClassroom();
  const session = useSession((state) => state);
  const isIn = session.room_id === room.room_id;
  const own = usePage((state) => state.speakers);
  const elsewhere = usePage((state) => state.roomSpeakers[room.room_id]);
  const speakers = isIn ? own : (elsewhere ?? []);
  const here = peopleIn(session, room.room_id);
  const absent = membersOf(session, room).filter(
    (one) => !here.includes(one) && one.room_id !== MAIN_ROOM,
  );
  const calls = breakouts.help.some((call) => call.room_id === room.room_id);
  return (
    <RoomCard
      roomId={room.room_id}
      title={room.name}
      label={room.name}
      calls={calls}
      actions={
        isIn ? (
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => void classroom.command({ type: 'return_to_main' })}
          >
            {t('leave')}
          </Button>
        ) : (
          <Button
            size="compact-sm"
            variant={calls ? 'filled' : 'light'}
            aria-label={t('visitRoom', { name: room.name })}
            onClick={() => void classroom.command({ type: 'visit_room', room_id: room.room_id })}
          >
            {t('visit')}
          </Button>
        )
      }
    >
      {room.task !== '' && <p className={classes.task}>{room.task}</p>}
      {here.length + absent.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('nobody')}
        </Text>
      ) : (
        <ul className={classes.people}>
          {here.map((person) => (
            <Person
              key={person.participant_id}
              person={person}
              rooms={person.role === 'facilitator' ? undefined : breakouts.rooms}
              roomId={room.room_id}
              speaks={speakers.includes(person.participant_id)}
            />
          ))}
          {absent.map((person) => (
            <Person key={person.participant_id} person={person} isAbsent />
          ))}
        </ul>
      )}
      {room.notes !== '' && !isIn && (
        <details>
          <summary style={{ cursor: 'pointer', fontSize: 13, marginTop: 6, minHeight: 24 }}>
            {t('notes.label')}
          </summary>
          <div className={classes.notes}>{room.notes}</div>
        </details>
      )}
    </RoomCard>
  );
}
