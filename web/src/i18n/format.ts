import i18next from 'i18next';

const locale = (): string => (i18next.language === 'qps' ? 'en' : i18next.language || 'en');

/** `24:13`, or `1:02:03` from an hour on. */
export function formatClock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, '0');
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`
    : `${minutes}:${seconds}`;
}

export function formatDate(iso: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone }).format(new Date(iso));
}

export function formatTime(iso: string | number, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: 'short', timeZone }).format(new Date(iso));
}

/** The year only where it is another one than this. */
export function formatDateTime(iso: string, timeZone?: string): string {
  const isThisYear = new Date(iso).getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(locale(), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: isThisYear ? undefined : 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    timeZoneName: timeZone ? 'short' : undefined,
  }).format(new Date(iso));
}

/** `33.3%`, of a number from 0 to 100. */
export function formatPercent(percent: number): string {
  const format = new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 1 });
  return format.format(percent / 100);
}

/** `12,000`, but `1455`: it may be a year. */
export const formatNumber = (value: number): string =>
  new Intl.NumberFormat(locale(), { maximumSignificantDigits: 8, useGrouping: 'min2' }).format(value);

/** `480 kbit/s`, `1.4 Mbit/s`. */
export function formatRate(bitsPerSecond: number): string {
  const isLarge = bitsPerSecond >= 1_000_000;
  const number = new Intl.NumberFormat(locale(), { maximumFractionDigits: isLarge ? 1 : 0 });
  return isLarge
    ? `${number.format(bitsPerSecond / 1_000_000)} Mbit/s`
    : `${number.format(bitsPerSecond / 1000)} kbit/s`;
}

/** `1.4 MB`: what a person expects of a file's size. */
export function formatBytes(octets: number): string {
  const [divisor, unit]: [number, Unit] =
    octets < 1000 ? [1, 'byte'] : octets < 1_000_000 ? [1000, 'kilobyte'] : [1_000_000, 'megabyte'];
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: unit === 'megabyte' ? 1 : 0,
  }).format(octets / divisor);
}

type Unit = 'byte' | 'kilobyte' | 'megabyte';
