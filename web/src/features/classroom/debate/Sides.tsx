import { Button, Group, NativeSelect } from '@mantine/core';
import { IconArrowsShuffle, IconEarOff, IconEraser } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { DebateView, ParticipantView } from '../../../protocol';
import { Avatar } from '../../../ui';
import { isFacilitator, isHere, personOf, takesPart } from '../selectors';
import { useSession } from '../store';
import classes from './sides.module.css';
import shared from './parts.module.css';
import { formOf, holdersOf, isChair, membersOf, seatKey, type Side } from './model';
import { Heading, useName, useSend, useText } from './parts';

const DRAGGED = 'application/x-reprise-person';

interface Dragged {
  participantId: string;
  /** null: from those without a seat */
  seat: string | null;
}

function draggedIn(event: DragEvent): Dragged | null {
  try {
    return JSON.parse(event.dataTransfer.getData(DRAGGED)) as Dragged;
  } catch {
    return null;
  }
}

const startDrag = (event: DragEvent, dragged: Dragged) => {
  event.dataTransfer.setData(DRAGGED, JSON.stringify(dragged));
  event.dataTransfer.effectAllowed = 'move';
};

/** The sides and who sits on them; for who may, with everything to change that. */
export function Sides({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const session = useSession((state) => state);
  const form = formOf(debate);
  const hosts = isFacilitator(session);
  const edits = debate.stage === 'planned' || debate.stage === 'preparing' ? isChair(session, debate) : false;
  return (
    <section aria-label={t('sides.title')}>
      {edits && (
        <>
          <Heading>{t('sides.assign')}</Heading>
          {hosts && <Draw debate={debate} />}
        </>
      )}
      <div className={classes.columns} data-edits={edits || undefined}>
        {form.sides.map((side) => (
          <Column key={side.id} debate={debate} side={side} edits={edits} />
        ))}
      </div>
      {edits && <Bench debate={debate} />}
    </section>
  );
}

function Draw({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const draw = (by: 'random' | 'least_heard' | 'clear') =>
    void send({ type: 'draw_seats', debate_id: debate.debate_id, by });
  return (
    <Group gap={6} mb={8}>
      <Button
        size="compact-sm"
        variant="light"
        leftSection={<IconArrowsShuffle size={14} aria-hidden />}
        onClick={() => draw('random')}
      >
        {t('sides.random')}
      </Button>
      <Button
        size="compact-sm"
        variant="light"
        leftSection={<IconEarOff size={14} aria-hidden />}
        onClick={() => draw('least_heard')}
      >
        {t('sides.leastHeard')}
      </Button>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        c="var(--mantine-color-text)"
        leftSection={<IconEraser size={14} aria-hidden />}
        disabled={Object.keys(debate.seats).length === 0}
        onClick={() => draw('clear')}
      >
        {t('sides.clear')}
      </Button>
    </Group>
  );
}

interface ColumnProps {
  debate: DebateView;
  side: Side;
  edits: boolean;
}

function Column({ debate, side, edits }: ColumnProps) {
  const { t } = useTranslation('debate');
  const text = useText();
  const members = membersOf(debate, side);
  return (
    <div className={classes.column} data-stance={side.stance} data-side={side.id}>
      <div className={classes.columnHead}>
        <span className={classes.columnName}>{text(side.name)}</span>
        {text(side.name) !== t(`stance.${side.stance}`) && (
          <span className={shared.small}>{t(`stance.${side.stance}`)}</span>
        )}
      </div>
      {edits ? (
        side.seats.map((seat) => <Seat key={seat.id} debate={debate} side={side} seat={seat} />)
      ) : members.length === 0 ? (
        <div className={shared.small}>{t('sides.nobody')}</div>
      ) : (
        members.map((id) => <Member key={id} debate={debate} id={id} />)
      )}
    </div>
  );
}

function Member({ debate, id }: { debate: DebateView; id: string }) {
  const name = useName();
  const session = useSession((state) => state);
  const hasFloor = debate.stage === 'running' && holdersOf(debate).includes(id);
  return (
    <div className={classes.member} data-floor={hasFloor || undefined}>
      <Avatar name={personOf(session, id)?.name ?? ''} size={22} />
      <span className={shared.personName}>{name(id)}</span>
    </div>
  );
}

/** Those who can be seated: in the room, not judging. */
function able(participants: ParticipantView[], debate: DebateView): ParticipantView[] {
  return participants.filter(
    (one) =>
      isHere(one) &&
      takesPart(one) &&
      one.room_id === debate.room_id &&
      one.participant_id !== debate.chair_id &&
      !debate.adjudicators.includes(one.participant_id),
  );
}

function Seat({ debate, side, seat }: { debate: DebateView; side: Side; seat: Side['seats'][number] }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const text = useText();
  const name = useName();
  const session = useSession((state) => state);
  const [isOver, setOver] = useState(false);
  const key = seatKey(side.id, seat.id);
  const who = debate.seats[key] ?? null;
  const label = t('sides.seat', { side: text(side.name), seat: text(seat.name) });
  const people = able(session.participants, debate);
  const assign = (target: string, participant_id: string | null) =>
    send({ type: 'assign_seat', debate_id: debate.debate_id, seat: target, participant_id });

  async function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const dragged = draggedIn(event);
    if (!dragged || dragged.seat === key) return;
    await assign(key, dragged.participantId);
    // Who sat here goes where the other one came from.
    if (dragged.seat !== null && who !== dragged.participantId) await assign(dragged.seat, who);
  }

  return (
    <div
      className={classes.seat}
      data-over={isOver || undefined}
      data-empty={who === null || undefined}
      data-seat={key}
      draggable={who !== null}
      onDragStart={(event) => who !== null && startDrag(event, { participantId: who, seat: key })}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
    >
      {who !== null && <Avatar name={personOf(session, who)?.name ?? ''} size={22} />}
      <NativeSelect
        size="xs"
        variant="unstyled"
        className={classes.seatSelect}
        aria-label={label}
        title={label}
        value={who ?? ''}
        onChange={(event) => void assign(key, event.currentTarget.value || null)}
        data={[
          { value: '', label: who === null ? text(seat.name) : t('sides.empty') },
          ...people.map((one) => ({ value: one.participant_id, label: name(one.participant_id) })),
          ...(who !== null && !people.some((one) => one.participant_id === who)
            ? [{ value: who, label: name(who) }]
            : []),
        ]}
      />
    </div>
  );
}

/** Who has no seat yet; dropping somebody here takes the seat away. */
function Bench({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const session = useSession((state) => state);
  const seated = new Set(Object.values(debate.seats));
  const free = able(session.participants, debate).filter(
    (one) => one.role === 'learner' && !one.is_stream && !seated.has(one.participant_id),
  );
  return (
    <div
      className={classes.bench}
      onDragOver={(event) => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const dragged = draggedIn(event);
        if (!dragged?.seat) return;
        void send({
          type: 'assign_seat',
          debate_id: debate.debate_id,
          seat: dragged.seat,
          participant_id: null,
        });
      }}
    >
      <div className={shared.hint} style={{ marginTop: 0 }}>
        {free.length === 0 ? t('sides.allSeated') : t('sides.without', { count: free.length })}
      </div>
      <div className={classes.chips}>
        {free.map((one) => (
          <span
            key={one.participant_id}
            className={classes.chip}
            draggable
            data-person={one.participant_id}
            onDragStart={(event) =>
              startDrag(event, { participantId: one.participant_id, seat: null })
            }
          >
            <Avatar name={one.name} size={20} /> {one.name}
          </span>
        ))}
      </div>
    </div>
  );
}
