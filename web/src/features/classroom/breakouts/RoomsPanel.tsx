import { IconUsersGroup } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { EmptyState } from '../../../ui';
import panel from '../Panel.module.css';
import { isFacilitator } from '../selectors';
import { useSession } from '../store';
import { Board } from './Board';
import classes from './Breakouts.module.css';
import { LearnerRooms } from './LearnerRooms';
import { Planner } from './Planner';
import { RoomBoard } from './RoomBoard';
import { areOpen } from './select';

export function RoomsPanel() {
  const { t } = useTranslation('breakouts');
  const hosts = useSession(isFacilitator);
  const breakouts = useSession((session) => session.breakouts);
  const returned = useSession((session) => session.returned_notes);
  const isOpen = areOpen(breakouts);
  // Of rooms that brought no notes back, the whiteboards are the facilitators' (WB9).
  const silent =
    hosts && breakouts?.state === 'closed'
      ? breakouts.rooms.filter((room) => !returned.some((one) => one.room_id === room.room_id))
      : [];
  return (
    <div className={panel.scroll} tabIndex={0} role="region" aria-label={t('title')}>
      {isOpen && (hosts ? <Board breakouts={breakouts} /> : <LearnerRooms breakouts={breakouts} />)}
      {!isOpen && hosts && <Planner />}
      {!isOpen && !hosts && returned.length === 0 && (
        <EmptyState title={t('none')} hint={t('noneHint')} icon={<IconUsersGroup size={28} />} />
      )}
      {!isOpen && returned.length + silent.length > 0 && (
        <section className={classes.returned}>
          <h3 className={panel.heading}>{t('returned')}</h3>
          {returned.map((notes) => (
            <article key={notes.room_id} aria-label={notes.name} style={{ marginBottom: 10 }}>
              <strong style={{ fontSize: 14 }}>{notes.name}</strong>
              {notes.task !== '' && <p className={classes.task}>{notes.task}</p>}
              <div className={classes.notes}>{notes.text}</div>
              <RoomBoard roomId={notes.room_id} name={notes.name} />
            </article>
          ))}
          {silent.map((room) => (
            <article key={room.room_id} aria-label={room.name} style={{ marginBottom: 10 }}>
              <strong style={{ fontSize: 14 }}>{room.name}</strong>
              <div>
                <RoomBoard roomId={room.room_id} name={room.name} />
              </div>
            </article>
          ))}
        </section>
      )}
    </div>
  );
}
