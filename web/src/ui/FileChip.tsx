import type { ReactNode } from 'react';

import classes from './FileLink.module.css';

/** A file's name, and below it its size or what is to be said of it. */
export function FileAbout({ name, children }: { name: string; children: ReactNode }) {
  return (
    <span className={classes.about}>
      <span className={classes.name}>{name}</span>
      {children}
    </span>
  );
}

export function FileSize({ children }: { children: string }) {
  return <span className={classes.size}>{children}</span>;
}

/** One that is on its way. */
export function FileChip({ isBad, children }: { isBad: boolean; children: ReactNode }) {
  return (
    <li className={classes.chip} data-bad={isBad || undefined}>
      {children}
    </li>
  );
}
