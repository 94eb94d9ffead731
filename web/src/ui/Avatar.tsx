import { Avatar as MantineAvatar } from '@mantine/core';

import classes from './Avatar.module.css';

const TONES = [
  ['#e4e4fb', '#3a3aa3'],
  ['#d6f2e9', '#075c4b'],
  ['#ffe2d8', '#96290e'],
  ['#fff0c9', '#6d4900'],
  ['#dcecfb', '#134f86'],
  ['#f6dff0', '#82206a'],
  ['#e2efd2', '#3c5a12'],
  ['#ece2fa', '#5c2b9c'],
] as const;

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toLocaleUpperCase();
}

/** The same person has the same colour everywhere: it comes from the name alone. */
export function tone(name: string): readonly [background: string, text: string] {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return TONES[sum % TONES.length] ?? TONES[0];
}

export function Avatar({ name, size = 36 }: { name: string; size?: number }) {
  const [background, color] = tone(name);
  return (
    <MantineAvatar
      size={size}
      radius="50%"
      aria-hidden
      styles={{ placeholder: { background, color, fontWeight: 650, fontSize: size * 0.38 } }}
    >
      <span className={classes.initials} data-initials={initials(name)} />
    </MantineAvatar>
  );
}
