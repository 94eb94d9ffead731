import { UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { useClassroom } from '../context';
import { usePage, useSession } from '../store';
import { LostSpeaker } from './ChairControls';
import { toneOf } from './ClockCard';
import classes from './bar.module.css';
import shared from './parts.module.css';
import { DebatePanel } from './DebatePanel';
import {
  clockFace,
  countdown,
  debateFor,
  debateHere,
  hasDebateTab,
  holdersOf,
  partOf,
  sideNamed,
  sideOf,
  formOf,
} from './model';
import { isMoving, Ring, useName, useNow, useText } from './parts';
import { useIsWide } from './wide';

/** Left of the stage on a wide page: whenever the own room has a debate, or it was asked for. */
export function DebateColumn() {
  const { t } = useTranslation('debate');
  const isWide = useIsWide();
  const isAsked = usePage((state) => state.isDebateShown);
  const hasOne = useSession((session) => debateFor(session) !== undefined);
  const may = useSession(hasDebateTab);
  if (!isWide || !may || !(isAsked ?? hasOne)) return null;
  return (
    <aside className={classes.columnAside} aria-label={t('title')} data-testid="debate-column">
      <DebatePanel />
    </aside>
  );
}

/** While the panel is out of sight: the clock and the speaker over the stage. */
export function DebateBar() {
  const { t } = useTranslation('debate');
  const classroom = useClassroom();
  const text = useText();
  const name = useName();
  const isWide = useIsWide();
  const isAsked = usePage((state) => state.isDebateShown);
  const tab = usePage((state) => state.tab);
  const debate = useSession(debateHere);
  const now = useNow(debate !== undefined && isMoving(debate));
  const isSeen = isWide ? isAsked !== false : tab === 'debate';
  if (!debate || isSeen) return null;
  const face = clockFace(debate, now);
  const part = partOf(debate);
  const holders = holdersOf(debate);
  const side = sideNamed(formOf(debate), sideOf(debate, holders[0] ?? null));
  return (
    <UnstyledButton
      className={classes.bar}
      data-tone={toneOf(debate, face)}
      data-testid="debate-bar"
      onClick={() => classroom.showDebate(true)}
    >
      <Ring share={face.share} tone={toneOf(debate, face)} size={30} />
      <span className={shared.time} data-size="small">
        {countdown(face.leftMs)}
      </span>
      <span className={classes.barText}>
        {debate.stage === 'preparing' ? t('clock.preparing') : part ? text(part.name) : t('clock.behind')}
        {holders.length > 0 && ` · ${holders.map(name).join(', ')}`}
        {side && ` · ${text(side.name)}`}
      </span>
      <IconChevronRight size={18} aria-hidden />
      <span className="sr-only">{t('bar.show')}</span>
    </UnstyledButton>
  );
}

/** The lost speaker, for everyone and wherever they look. */
export function DebateBanner() {
  const debate = useSession(debateHere);
  const isWide = useIsWide();
  const isAsked = usePage((state) => state.isDebateShown);
  const tab = usePage((state) => state.tab);
  const now = useNow(debate?.hold_until_ms != null, 500);
  const isSeen = isWide ? isAsked !== false : tab === 'debate';
  return debate && !isSeen ? <LostSpeaker debate={debate} nowMs={now} /> : null;
}
