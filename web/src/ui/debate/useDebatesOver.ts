import { useState } from 'react';

import type { DebateOver } from '../../protocol';
import { type Resource, useResource } from '../../transport/resource';

const ASK_MS = 20_000;

/** Debates that are over, of a session or a recording (the path before `/debates`). While one is hidden they are asked for again: what a
 *  facilitator reveals stands here without a reload. */
export function useDebatesOver(of: string): Resource<DebateOver[]> {
  const [isHidden, setHidden] = useState(false);
  const found = useResource<DebateOver[]>(`${of}/debates`, {
    pollMs: isHidden ? ASK_MS : null,
  });
  const hides = found.data?.some((one) => one.result === null || !one.are_notes_open) ?? false;
  if (hides !== isHidden) setHidden(hides);
  return found;
}
