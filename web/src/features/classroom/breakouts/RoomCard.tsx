import { type DragEvent, type ReactNode, useState } from 'react';

import { useClassroom } from '../context';
import classes from './Breakouts.module.css';
import { DRAGGED } from './Person';

interface RoomCardProps {
  roomId: string;
  title: ReactNode;
  label: string;
  actions?: ReactNode;
  calls?: boolean;
  children: ReactNode;
}

/** A room people can be dropped on. */
export function RoomCard({ roomId, title, label, actions, calls, children }: RoomCardProps) {
  const classroom = useClassroom();
  const [isOver, setOver] = useState(false);
  const accepts = (event: DragEvent) => event.dataTransfer.types.includes(DRAGGED);
  return (
    <section
      className={classes.room}
      aria-label={label}
      data-room={roomId}
      data-over={isOver || undefined}
      data-calls={calls || undefined}
      onDragOver={(event) => {
        if (!accepts(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        const id = event.dataTransfer.getData(DRAGGED);
        if (!id) return;
        event.preventDefault();
        void classroom.command({ type: 'move_participant', participant_id: id, room_id: roomId });
      }}
    >
      <div className={classes.head}>
        <h3 className={classes.name}>{title}</h3>
        {actions}
      </div>
      {children}
    </section>
  );
}
