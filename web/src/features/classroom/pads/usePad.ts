import { useEffect, useState } from 'react';

import type { PadName } from '../../../protocol';
import { useClassroom } from '../context';
import type { PadSync } from './sync';

export interface PadHandle {
  pad: PadSync | null;
  error: unknown;
  retry: () => void;
}

/** The pad, followed for as long as the component is there. Its library comes on first use. */
export function usePad(name: PadName): PadHandle {
  const classroom = useClassroom();
  const [pad, setPad] = useState<PadSync | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let leave: (() => void) | null = null;
    let isGone = false;
    setError(null);
    classroom.pads.get(name).then(
      (found) => {
        if (isGone) return;
        leave = found.use();
        setPad(found);
      },
      (reason: unknown) => {
        if (!isGone) setError(reason);
      },
    );
    return () => {
      isGone = true;
      leave?.();
    };
  }, [classroom, name, turn]);
  return { pad, error, retry: () => setTurn((now) => now + 1) };
}
