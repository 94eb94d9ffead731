import { createContext, useContext, useEffect, useState } from 'react';

import type { Classroom } from './classroom';

export const ClassroomContext = createContext<Classroom | null>(null);

export function useClassroom(): Classroom {
  const classroom = useContext(ClassroomContext);
  if (!classroom) throw new Error('Outside the classroom');
  return classroom;
}

/** Draws again every `everyMs`, for clocks. */
export function useTick(everyMs: number, isRunning = true): void {
  const [, setTurn] = useState(0);
  useEffect(() => {
    if (!isRunning) return;
    const timer = window.setInterval(() => setTurn((turn) => turn + 1), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs, isRunning]);
}
