import type { CreateSession, EditSession, Session } from '../../protocol';
import { nextHour, ownZone, utcIso, wallTime } from './zoned';

export interface SessionForm {
  title: string;
  courseId: string | null;
  newCourse: string | null;
  isScheduled: boolean;
  date: string;
  time: string;
  zone: string;
  durationMin: number;
  lobbyIsOn: boolean;
  recordsAutomatically: boolean;
  description: string;
}

export function emptyForm(nowMs: number): SessionForm {
  const zone = ownZone();
  return {
    title: '',
    courseId: null,
    newCourse: null,
    isScheduled: false,
    ...nextHour(nowMs, zone),
    zone,
    durationMin: 60,
    lobbyIsOn: true,
    recordsAutomatically: true,
    description: '',
  };
}

export function formOf(session: Session, nowMs: number): SessionForm {
  const zone = session.time_zone || ownZone();
  const at = session.starts_at ? wallTime(session.starts_at, zone) : nextHour(nowMs, zone);
  return {
    title: session.title,
    courseId: session.course_id,
    newCourse: null,
    isScheduled: session.starts_at !== null,
    ...at,
    zone,
    durationMin: session.duration_min,
    lobbyIsOn: session.lobby_is_on,
    recordsAutomatically: session.record_automatically,
    description: session.description,
  };
}

export function formTrouble(form: SessionForm): 'titleMissing' | 'timeMissing' | null {
  if (form.title.trim() === '') return 'titleMissing';
  if (form.isScheduled && utcIso(form, form.zone) === null) return 'timeMissing';
  return null;
}

/** The request body; `courseId` after a new course, if any, was made. */
export function bodyOf(form: SessionForm, courseId: string | null): CreateSession & EditSession {
  return {
    title: form.title.trim(),
    course_id: courseId,
    starts_at: form.isScheduled ? utcIso(form, form.zone) : null,
    duration_min: form.durationMin,
    time_zone: form.zone,
    lobby_is_on: form.lobbyIsOn,
    record_automatically: form.recordsAutomatically,
    description: form.description.trim(),
  };
}
