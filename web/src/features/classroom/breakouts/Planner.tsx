import { Button, Group, Menu, NumberInput, Select, Stack, Switch, Text } from '@mantine/core';
import { IconArrowsShuffle, IconDoorEnter, IconPencil, IconUsersGroup } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { AnyCommand, BreakoutRoomView, BreakoutsView } from '../../../protocol';
import { EmptyState } from '../../../ui';
import { useClassroom } from '../context';
import { useSession } from '../store';
import classes from './Breakouts.module.css';
import { Person } from './Person';
import { MAIN_ROOM } from './fold';
import { GroupsDialog } from './GroupsDialog';
import { RoomCard } from './RoomCard';
import { RoomEditor } from './RoomEditor';
import { membersOf, roomNames, unassigned } from './select';
import { SavedSets } from './SavedSets';

const MINUTE = 60_000;
const DURATIONS = [5, 10, 15, 20, 30, 45, 60];
const HOWS = ['random', 'airtime', 'groups', 'hand', 'choose'] as const;
type How = (typeof HOWS)[number];
type Deal = Extract<AnyCommand, { type: 'assign_breakouts' }>;

export function Planner() {
  const { t } = useTranslation('breakouts');
  const breakouts = useSession((session) => session.breakouts);
  const [isNew, setNew] = useState(false);
  return (
    <Stack gap="md">
      {breakouts && !isNew ? (
        <Plan breakouts={breakouts} onNew={() => setNew(true)} />
      ) : (
        <>
          {!breakouts && (
            <EmptyState
              title={t('empty')}
              hint={t('emptyHint')}
              icon={<IconUsersGroup size={28} />}
            />
          )}
          <NewRooms onDone={() => setNew(false)} canCancel={breakouts !== null} />
        </>
      )}
      <SavedSets onUsed={() => setNew(false)} />
    </Stack>
  );
}

/** Everyone's room of the last set, so that dealing by groups mixes who sat together. */
function lastRooms(breakouts: BreakoutsView | null): Record<string, string> {
  const rooms = breakouts?.rooms ?? [];
  return Object.fromEntries(
    rooms.flatMap((room) => room.participant_ids.map((id) => [id, room.room_id])),
  );
}

function NewRooms({ onDone, canCancel }: { onDone: () => void; canCancel: boolean }) {
  const { t } = useTranslation('breakouts');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const before = useSession((session) => session.breakouts);
  const [count, setCount] = useState(2);
  const [how, setHow] = useState<How>('random');
  async function create() {
    const groups = lastRooms(before);
    const given = before?.rooms.map((room) => room.name) ?? [];
    const isDrafted = await classroom.command({
      type: 'draft_breakouts',
      names: roomNames(given, count, (number) => t('defaultName', { number })),
      tasks: Array.from({ length: count }, (_, index) => before?.rooms[index]?.task ?? ''),
      may_choose: how === 'choose',
      duration_ms: before?.duration_ms ?? 10 * MINUTE,
    });
    if (!isDrafted) return;
    onDone();
    if (how === 'hand' || how === 'choose') return;
    await classroom.command(
      how === 'groups'
        ? { type: 'assign_breakouts', how, groups }
        : { type: 'assign_breakouts', how },
    );
  }
  return (
    <Stack gap="sm">
      <NumberInput
        label={t('count')}
        value={count}
        min={1}
        max={50}
        clampBehavior="strict"
        allowDecimal={false}
        onChange={(value) => setCount(Math.min(50, Math.max(1, Number(value) || 1)))}
      />
      <Select
        label={t('how')}
        value={how}
        allowDeselect={false}
        data={HOWS.filter((one) => one !== 'groups' || before !== null).map((value) => ({
          value,
          label: t(`hows.${value}`),
        }))}
        onChange={(value) => setHow((value as How | null) ?? 'random')}
      />
      <Group gap="xs">
        <Button onClick={() => void create()}>{t('create')}</Button>
        {canCancel && (
          <Button variant="subtle" onClick={onDone}>
            {common('action.cancel')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function Plan({ breakouts, onNew }: { breakouts: BreakoutsView; onNew: () => void }) {
  const { t } = useTranslation('breakouts');
  const classroom = useClassroom();
  const session = useSession((state) => state);
  const rest = unassigned(session);
  const [minutes, setMinutes] = useState(
    breakouts.duration_ms === null ? '0' : String(Math.round(breakouts.duration_ms / MINUTE)),
  );
  const [isGrouping, setGrouping] = useState(false);
  const isLive = session.state === 'live';
  const deal = (how: Deal['how'], isRestOnly = false) =>
    void classroom.command({ type: 'assign_breakouts', how, is_rest_only: isRestOnly });
  const durations = [...new Set([...DURATIONS, Number(minutes)])]
    .filter((one) => one > 0)
    .sort((a, b) => a - b);
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <Menu>
          <Menu.Target>
            <Button
              variant="light"
              size="compact-md"
              leftSection={<IconArrowsShuffle size={16} />}
            >
              {t('deal')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => deal('random')}>{t('hows.random')}</Menu.Item>
            <Menu.Item onClick={() => deal('airtime')}>{t('hows.airtime')}</Menu.Item>
            <Menu.Item onClick={() => setGrouping(true)}>{t('groups.open')}</Menu.Item>
            <Menu.Item disabled={rest.length === 0} onClick={() => deal('random', true)}>
              {t('dealRest')}
            </Menu.Item>
            <Menu.Item onClick={() => deal('none')}>{t('clear')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Button variant="subtle" size="compact-md" onClick={onNew}>
          {t('startOver')}
        </Button>
      </Group>
      {isGrouping && (
        <GroupsDialog rooms={breakouts.rooms} isOpen onClose={() => setGrouping(false)} />
      )}
      {rest.length > 0 && (
        <RoomCard
          roomId={MAIN_ROOM}
          title={t('rest', { count: rest.length })}
          label={t('restLabel')}
        >
          <People people={rest} rooms={breakouts.rooms} roomId={null} />
        </RoomCard>
      )}
      {breakouts.rooms.map((room) => (
        <PlannedRoom key={room.room_id} room={room} breakouts={breakouts} />
      ))}
      <Settings breakouts={breakouts} />
      <Select
        label={t('duration')}
        value={minutes}
        allowDeselect={false}
        data={[
          ...durations.map((one) => ({ value: String(one), label: t('minutes', { count: one }) })),
          { value: '0', label: t('noEnd') },
        ]}
        onChange={(value) => setMinutes(value ?? '10')}
      />
      {!isLive && (
        <Text size="sm" c="dimmed">
          {t('notLive')}
        </Text>
      )}
      <Button
        leftSection={<IconDoorEnter size={18} />}
        disabled={!isLive}
        onClick={() =>
          void classroom.command({
            type: 'open_breakouts',
            duration_ms: Number(minutes) > 0 ? Number(minutes) * MINUTE : null,
          })
        }
      >
        {t('open')}
      </Button>
    </Stack>
  );
}

function PlannedRoom({ room, breakouts }: { room: BreakoutRoomView; breakouts: BreakoutsView }) {
  const { t } = useTranslation('breakouts');
  const session = useSession((state) => state);
  const [isEditing, setEditing] = useState(false);
  const people = membersOf(session, room);
  return (
    <RoomCard
      roomId={room.room_id}
      title={room.name}
      label={room.name}
      actions={
        !isEditing && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPencil size={14} />}
            aria-label={t('edit', { name: room.name })}
            onClick={() => setEditing(true)}
          >
            {t('editShort')}
          </Button>
        )
      }
    >
      {isEditing ? (
        <RoomEditor room={room} onDone={() => setEditing(false)} />
      ) : (
        room.task !== '' && <p className={classes.task}>{room.task}</p>
      )}
      <People people={people} rooms={breakouts.rooms} roomId={room.room_id} />
    </RoomCard>
  );
}

interface PeopleProps {
  people: ReturnType<typeof unassigned>;
  rooms: BreakoutRoomView[];
  roomId: string | null;
}

function People({ people, rooms, roomId }: PeopleProps) {
  const { t } = useTranslation('breakouts');
  if (people.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('nobody')}
      </Text>
    );
  }
  return (
    <ul className={classes.people}>
      {people.map((person) => (
        <Person
          key={person.participant_id}
          person={person}
          rooms={rooms}
          roomId={roomId}
          isAbsent={person.presence !== 'present' && person.presence !== 'away'}
        />
      ))}
    </ul>
  );
}

/** A change of these plans the same rooms and people anew. */
function Settings({ breakouts }: { breakouts: BreakoutsView }) {
  const { t } = useTranslation('breakouts');
  const classroom = useClassroom();
  const [size, setSize] = useState<number | string>(breakouts.room_size ?? '');
  const change = (over: Partial<BreakoutsView>) => {
    const next = { ...breakouts, ...over };
    void classroom.command({
      type: 'draft_breakouts',
      names: next.rooms.map((room) => room.name),
      tasks: next.rooms.map((room) => room.task),
      assignment: Object.fromEntries(
        next.rooms.flatMap((room, index) => room.participant_ids.map((id) => [id, index])),
      ),
      duration_ms: next.duration_ms,
      late: next.late,
      may_return: next.may_return,
      may_choose: next.may_choose,
      room_size: next.room_size,
    });
  };
  return (
    <details>
      <summary style={{ cursor: 'pointer', fontSize: 14, fontWeight: 600, minHeight: 24 }}>
        {t('settings')}
      </summary>
      <Stack gap="sm" mt="xs">
        <Select
          label={t('late')}
          value={breakouts.late}
          allowDeselect={false}
          data={(['smallest', 'main', 'choose'] as const).map((value) => ({
            value,
            label: t(`lates.${value}`),
          }))}
          onChange={(value) => change({ late: (value ?? 'smallest') as BreakoutsView['late'] })}
        />
        <Switch
          label={t('mayReturn')}
          checked={breakouts.may_return}
          onChange={(event) => change({ may_return: event.currentTarget.checked })}
        />
        <Switch
          label={t('mayChoose')}
          checked={breakouts.may_choose}
          onChange={(event) => change({ may_choose: event.currentTarget.checked })}
        />
        <NumberInput
          label={t('roomSize')}
          description={t('roomSizeHint')}
          placeholder={t('roomSizeNone')}
          value={size}
          min={1}
          max={500}
          clampBehavior="strict"
          allowDecimal={false}
          onChange={setSize}
          onBlur={() => {
            const places = Number(size) >= 1 ? Number(size) : null;
            if (places !== breakouts.room_size) change({ room_size: places });
          }}
        />
      </Stack>
    </details>
  );
}
