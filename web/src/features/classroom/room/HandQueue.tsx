import { Button, Group, NativeSelect } from '@mantine/core';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../../i18n';
import type { HandOrder, ParticipantView } from '../../../protocol';
import { Avatar } from '../../../ui';
import { ACTIONS } from '../actions';
import { useClassroom } from '../context';
import panel from '../Panel.module.css';
import { isFacilitator, raisedHands } from '../selectors';
import { useSession, useSessionList } from '../store';
import classes from './room.module.css';

/** Longer queues are shown when asked for. */
const FIRST = 20;

/** Whose turn it is, and why in this order. */
export function HandQueue() {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const classroom = useClassroom();
  const hands = useSessionList(raisedHands);
  const hosts = useSession(isFacilitator);
  const order = useSession((session) => session.hand_order);
  const [isWhole, setWhole] = useState(false);
  if (hands.length === 0 && !hosts) return null;
  const shown = isWhole ? hands : hands.slice(0, FIRST);
  const hidden = hands.length - shown.length;
  return (
    <>
      <Group gap="xs" mt={14} align="center">
        <h2 className={panel.heading} style={{ margin: 0 }} id="hands">
          {t('people.hands')}
        </h2>
        {hosts && (
          <NativeSelect
            size="xs"
            ml="auto"
            w={160}
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
      </Group>
      <Group gap="xs" wrap="nowrap" align="center" justify="space-between">
        <p className={classes.hint}>
          {hands.length === 0
            ? room('hands.none')
            : order === 'equity'
              ? room('hands.equityHint')
              : room('hands.fifoHint')}
        </p>
        {hosts && hands.length > 0 && (
          <Button
            size="compact-sm"
            style={{ flex: 'none' }}
            aria-label={room('hands.nextLabel')}
            onClick={() => ACTIONS.next.perform(classroom)}
          >
            {room('hands.next')}
          </Button>
        )}
      </Group>
      <ol className={panel.list} aria-labelledby="hands">
        {shown.map((person, index) => (
          <Hand
            key={person.participant_id}
            person={person}
            place={index + 1}
            count={hands.length}
          />
        ))}
      </ol>
      {hidden > 0 && (
        <Button size="compact-xs" variant="subtle" onClick={() => setWhole(true)}>
          {room('hands.more', { count: hidden })}
        </Button>
      )}
    </>
  );
}

interface HandProps {
  person: ParticipantView;
  place: number;
  count: number;
}

const Hand = memo(function Hand({ person, place, count }: HandProps) {
  const { t } = useTranslation('classroom');
  const { t: room } = useTranslation('room');
  const classroom = useClassroom();
  const isMe = useSession((session) => session.me === person.participant_id);
  const isEquity = useSession((session) => session.hand_order === 'equity');
  const hosts = useSession(isFacilitator);
  return (
    <li className={panel.person} aria-setsize={count} aria-posinset={place}>
      <span style={{ width: 14, color: 'var(--mantine-color-dimmed)' }}>{place}</span>
      <Avatar name={person.name} size={28} />
      <div className={panel.who}>
        <div className={panel.name}>
          {isMe ? t('namedYou', { name: person.name }) : person.name}
        </div>
        {isEquity && (
          <div className={panel.note}>
            {person.hand_talked_ms > 0
              ? room('hands.spoke', { time: formatClock(person.hand_talked_ms) })
              : room('hands.notYet')}
          </div>
        )}
      </div>
      {(isMe || hosts) && (
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
});
