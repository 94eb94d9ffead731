/** What every piece of a debate's panel is put together from. */
import { useTranslation } from 'react-i18next';

import type { AnyCommand, DebateView } from '../../../protocol';
import { Avatar } from '../../../ui';
import { useClassroom, useTick } from '../context';
import { personOf } from '../selectors';
import { sessionNow, usePageStore, useSession } from '../store';
import classes from './parts.module.css';
import { formOf, type Side, sideNamed, sideOf, type Text, textOf } from './model';

const TICK_MS = 200;

/** The session's clock now; draws again five times a second while something runs. */
export function useNow(isRunning: boolean, everyMs = TICK_MS): number {
  const store = usePageStore();
  useTick(everyMs, isRunning);
  return sessionNow(store.getState());
}

/** Anything of the debate that moves by itself. */
export const isMoving = (debate: DebateView): boolean =>
  debate.since_ms !== null ||
  debate.pool_since_ms !== null ||
  debate.point_since_ms !== null ||
  debate.next_at_ms !== null ||
  debate.hold_until_ms !== null;

export function useText(): (text: Text) => string {
  const { i18n } = useTranslation('debate');
  return (text) => textOf(text, i18n.language);
}

export function useSend(): (command: AnyCommand) => Promise<boolean> {
  const classroom = useClassroom();
  return (command) => classroom.command(command);
}

/** A person's name as this reader sees it. */
export function useName(): (id: string | null) => string {
  const { t } = useTranslation('classroom');
  const session = useSession((state) => state);
  return (id) => {
    const name = personOf(session, id)?.name ?? '';
    return id !== null && id === session.me ? t('namedYou', { name }) : name;
  };
}

/** Tone by stance, never the only sign: the side's name stands beside it. */
export const toneOf = (side: Side | undefined): 'for' | 'against' | undefined => side?.stance;

export function SideName({ debate, side }: { debate: DebateView; side: string | null }) {
  const text = useText();
  const found = sideNamed(formOf(debate), side);
  if (!found) return null;
  return (
    <span className={classes.side} data-stance={toneOf(found)}>
      {text(found.name)}
    </span>
  );
}

/** Face, name and side on one line. */
export function PersonLine({
  debate,
  id,
  children,
}: {
  debate: DebateView;
  id: string;
  children?: React.ReactNode;
}) {
  const name = useName();
  const session = useSession((state) => state);
  return (
    <div className={classes.personLine}>
      <Avatar name={personOf(session, id)?.name ?? ''} size={26} />
      <span className={classes.personName}>{name(id)}</span>
      {children ?? <SideName debate={debate} side={sideOf(debate, id)} />}
    </div>
  );
}

const RADIUS = 20;
const AROUND = 2 * Math.PI * RADIUS;

/** A ring that empties. Decorative: the time beside it says the same. */
export function Ring({
  share,
  tone,
  size = 54,
  children,
}: {
  share: number;
  tone: string;
  size?: number;
  children?: React.ReactNode;
}) {
  return (
    <div className={classes.ring} style={{ width: size, height: size }} data-tone={tone} aria-hidden>
      <svg viewBox="0 0 48 48" width={size} height={size}>
        <circle cx="24" cy="24" r={RADIUS} className={classes.ringBack} />
        <circle
          cx="24"
          cy="24"
          r={RADIUS}
          className={classes.ringLine}
          strokeDasharray={AROUND}
          strokeDashoffset={AROUND * Math.min(1, Math.max(0, share))}
          transform="rotate(-90 24 24)"
        />
      </svg>
      <span className={classes.ringIcon}>{children}</span>
    </div>
  );
}

export function Heading({ children, id }: { children: React.ReactNode; id?: string }) {
  return (
    <h3 className={classes.heading} id={id}>
      {children}
    </h3>
  );
}
