/** Wall-clock times in a named zone, without a library: `Intl` knows the rules. */

export interface WallTime {
  /** `2026-03-12` */
  date: string;
  /** `14:30` */
  time: string;
}

function parts(utcMs: number, zone: string): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return Object.fromEntries(format.formatToParts(utcMs).map(({ type, value }) => [type, value]));
}

export function wallTime(iso: string, zone: string): WallTime {
  const { year, month, day, hour, minute } = parts(Date.parse(iso), zone);
  return { date: `${year}-${month}-${day}`, time: `${hour}:${minute}` };
}

/** Null when incomplete. In the hour that a spring skips, the time after the jump is meant. */
export function utcIso({ date, time }: WallTime, zone: string): string | null {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  if (Number.isNaN(wanted)) return null;
  const offsetAt = (utcMs: number): number => {
    const { date: d, time: h } = wallTime(new Date(utcMs).toISOString(), zone);
    return Date.parse(`${d}T${h}:00Z`) - utcMs;
  };
  // Twice: the first guess may lie on the other side of a change of the clocks.
  const guess = wanted - offsetAt(wanted);
  return new Date(wanted - offsetAt(guess)).toISOString();
}

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

export function allZones(): string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return [...new Set(['UTC', ownZone(), ...known])].sort();
}

/** The next full hour, as a first suggestion. */
export function nextHour(nowMs: number, zone: string): WallTime {
  const hour = 3_600_000;
  return wallTime(new Date(Math.ceil((nowMs + 1) / hour) * hour).toISOString(), zone);
}
