import { Button, Group, NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../../i18n';
import type { HandOrder, ParticipantView } from '../../../protocol';
import { Avatar } from '../../../ui';
import { ACTIONS } from '../actions';
import { useClassroom } from '../context';
import panel from '../Panel.module.css';
import { isFacilitator, raisedHands } from '../selectors';
import { useSession } from '../store';
import classes from './room.module.css';

/** Whose turn it is, and why in this order. */
export function HandQueue() {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const classroom = useClassroom();
  const session = useSession((state) => state);
  const hands = raisedHands(session);
  const hosts = isFacilitator(session);
  if (hands.length === 0 && !hosts) return null;
  const order = session.hand_order;
  return (
    <>
      <Group justify="space-between" wrap="nowrap">
        <h2 className={panel.heading} id="hands">
          {t('people.hands')}
        </h2>
        {hosts && hands.length > 0 && (
          <Button
            size="compact-sm"
            aria-label={room('hands.nextLabel')}
            onClick={() => ACTIONS.next.perform(classroom)}
          >
            {room('hands.next')}
          </Button>
        )}
      </Group>
      {hosts && (
        <NativeSelect
          size="xs"
          mb={4}
          aria-label={room('hands.order')}
          value={order}
          onChange={(event) =>
            void classroom.command({
              type: 'set_hand_order',
              order: event.currentTarget.value as HandOrder,
            })
          }
          data={[
            { value: 'fifo', label: room('hands.fifo') },
            { value: 'equity', label: room('hands.equity') },
          ]}
        />
      )}
      <p className={classes.hint}>
        {hands.length === 0
          ? room('hands.none')
          : order === 'equity'
            ? room('hands.equityHint')
            : room('hands.fifoHint')}
      </p>
      <ol className={panel.list} aria-labelledby="hands">
        {hands.map((person, index) => (
          <Hand key={person.participant_id} person={person} place={index + 1} />
        ))}
      </ol>
    </>
  );
}

function Hand({ person, place }: { person: ParticipantView; place: number }) {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const classroom = useClassroom();
  const session = useSession((state) => state);
  const isMe = person.participant_id === session.me;
  return (
    <li className={panel.person}>
      <span style={{ width: 14, color: 'var(--mantine-color-dimmed)' }}>{place}</span>
      <Avatar name={person.name} size={28} />
      <div className={panel.who}>
        <div className={panel.name}>
          {isMe ? t('namedYou', { name: person.name }) : person.name}
        </div>
        {session.hand_order === 'equity' && (
          <div className={panel.note}>
            {person.hand_talked_ms > 0
              ? room('hands.spoke', { time: formatClock(person.hand_talked_ms) })
              : room('hands.notYet')}
          </div>
        )}
      </div>
      {(isMe || isFacilitator(session)) && (
        <Button
          size="compact-xs"
          variant="light"
          onClick={() =>
            void classroom.command({ type: 'lower_hand', participant_id: person.participant_id })
          }
        >
          {isMe ? t('people.lowerYours') : t('people.lowerHand')}
        </Button>
      )}
    </li>
  );
}
