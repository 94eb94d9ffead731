import type { Session } from '../../protocol';

/** Live ones first come first; upcoming by time, the unscheduled before the scheduled. */
export function splitSessions(sessions: Session[]): { live: Session[]; upcoming: Session[] } {
  const live = sessions.filter((session) => session.state === 'live');
  const upcoming = sessions
    .filter((session) => session.state === 'scheduled')
    .sort((a, b) => (a.starts_at ?? '').localeCompare(b.starts_at ?? ''));
  return { live, upcoming };
}
