import {
  IconAlertTriangle,
  IconBell,
  IconMicrophone,
  IconMicrophoneOff,
  IconPlayerPause,
  IconQuestionMark,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../../i18n';
import type { DebateView } from '../../../protocol';
import { personOf } from '../selectors';
import { useSession } from '../store';
import { BellSwitch } from './Bells';
import classes from './clock.module.css';
import shared from './parts.module.css';
import {
  type ClockFace,
  clockFace,
  countdown,
  formOf,
  hasFloor,
  holdersOf,
  isBehind,
  isQueue,
  partOf,
  pointLeftMs,
  seatedFor,
  sideOf,
  speechesOf,
} from './model';
import { isMoving, Ring, SideName, useName, useNow, useText } from './parts';

export type ClockTone = 'normal' | 'pois' | 'warning' | 'overtime' | 'still';

export function toneOf(debate: DebateView, face: ClockFace): ClockTone {
  if (debate.stage === 'running' && !hasFloor(debate)) return 'still';
  return face.period;
}

/** The large clock: what is left, what was used, who has the floor and who comes next. */
export function ClockCard({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const text = useText();
  const now = useNow(isMoving(debate));
  const face = clockFace(debate, now);
  const tone = toneOf(debate, face);
  const part = partOf(debate);
  if (debate.stage === 'running' && isBehind(debate)) {
    return (
      <section className={classes.clock} data-tone="still" aria-label={t('clock.label')}>
        <div className={classes.clockText}>
          <strong>{t('clock.behind')}</strong>
          <span className={shared.note}>{t('clock.behindHint')}</span>
        </div>
        <BellSwitch />
      </section>
    );
  }
  const title =
    debate.stage === 'preparing' ? t('clock.preparing') : part ? text(part.name) : '';
  return (
    <section
      className={classes.clock}
      data-tone={tone}
      data-testid="debate-clock"
      data-running={face.isRunning || undefined}
      aria-label={t('clock.label')}
    >
      {/* A new key with every bell: the flash begins anew. */}
      {debate.bells > 0 && face.isRunning && (
        <span key={`${debate.index}-${debate.bells}`} className={classes.flash} aria-hidden />
      )}
      <Ring share={face.share} tone={tone} size={58}>
        <ToneIcon tone={tone} isRunning={face.isRunning} />
      </Ring>
      <div className={classes.clockText}>
        <div className={classes.clockRow}>
          <span className={shared.time} data-testid="debate-time" role="timer" aria-live="off">
            {countdown(face.leftMs)}
          </span>
          <span className={classes.period} data-tone={tone}>
            {face.graceMs !== null && face.isRunning
              ? t('clock.grace', { seconds: Math.ceil(face.graceMs / 1000) })
              : t(`clock.tone.${tone}`)}
          </span>
        </div>
        <div className={shared.note}>
          {t('clock.elapsed', {
            elapsed: formatClock(face.elapsedMs),
            length: formatClock(face.lengthMs),
          })}
        </div>
        <div className={classes.what}>{title}</div>
      </div>
      <BellSwitch />
    </section>
  );
}

function ToneIcon({ tone, isRunning }: { tone: ClockTone; isRunning: boolean }) {
  if (tone === 'warning') return <IconBell size={22} />;
  if (tone === 'overtime') return <IconAlertTriangle size={22} />;
  if (tone === 'pois' && isRunning) return <IconQuestionMark size={22} />;
  return isRunning ? <IconMicrophone size={22} /> : <IconPlayerPause size={22} />;
}

/** Whose microphones are open now, and who comes next. */
export function FloorNow({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const part = partOf(debate);
  const now = useNow(debate.next_at_ms !== null, 500);
  if (debate.stage !== 'running') return null;
  const holders = holdersOf(debate);
  const isOpen = hasFloor(debate);
  const next = nextOf(debate);
  return (
    <div className={classes.floor} data-testid="debate-floor">
      {part && !debate.is_over && (
        <>
          <div className={classes.floorLabel}>
            {isOpen
              ? holders.length > 1
                ? t('floor.openMany', { count: holders.length })
                : t('floor.now')
              : t('floor.upNext')}
          </div>
          {holders.map((id, number) => (
            <Holder key={id} debate={debate} id={id} isOpen={isOpen} number={number} />
          ))}
          {holders.length === 0 && (
            <div className={shared.note}>
              {isQueue(part) ? t('floor.nobodysTurn') : t('floor.nobody')}
            </div>
          )}
        </>
      )}
      {debate.point !== null && <PointNow debate={debate} />}
      {debate.halt === 'paused' && <div className={shared.note}>{t('floor.paused')}</div>}
      {debate.halt === 'restart' && <div className={shared.note}>{t('floor.restart')}</div>}
      {debate.next_at_ms !== null && (
        <div className={shared.note}>
          {t('floor.nextIn', { seconds: Math.max(0, Math.ceil((debate.next_at_ms - now) / 1000)) })}
        </div>
      )}
      {next && <NextUp debate={debate} next={next} />}
    </div>
  );
}

function nextOf(debate: DebateView) {
  return speechesOf(formOf(debate))[debate.index + 1];
}

function NextUp({
  debate,
  next,
}: {
  debate: DebateView;
  next: NonNullable<ReturnType<typeof nextOf>>;
}) {
  const { t } = useTranslation('debate');
  const text = useText();
  const name = useName();
  const who = seatedFor(debate, next).map(name).join(', ');
  return (
    <div className={classes.next}>
      <span className={shared.note}>{t('floor.next')}</span>
      <span>
        {text(next.name)}
        {who && <span className={shared.note}> · {who}</span>}
      </span>
    </div>
  );
}

interface HolderProps {
  debate: DebateView;
  id: string;
  isOpen: boolean;
  number: number;
}

function Holder({ debate, id, isOpen, number }: HolderProps) {
  const { t } = useTranslation('debate');
  const name = useName();
  const person = useSession((session) => personOf(session, id));
  const isOn = person?.tracks.microphone === true;
  const isCross = partOf(debate)?.kind === 'cross';
  return (
    <div className={shared.personLine}>
      {isOpen && isOn ? (
        <IconMicrophone size={18} role="img" aria-label={t('floor.micOpen')} />
      ) : (
        <IconMicrophoneOff size={18} role="img" aria-label={t('floor.micOff')} opacity={0.6} />
      )}
      <span className={shared.personName}>
        {name(id)}
        {isCross && (
          <span className={shared.note}>
            {' '}
            {number === 0 ? t('floor.asks') : t('floor.answers')}
          </span>
        )}
        {person?.presence === 'away' && (
          <span className={shared.note}> {t('floor.away')}</span>
        )}
      </span>
      <SideName debate={debate} side={sideOf(debate, id)} />
    </div>
  );
}

function PointNow({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const name = useName();
  const now = useNow(true);
  const left = pointLeftMs(debate, now);
  const limit = formOf(debate).poi.limit_s * 1000;
  return (
    <div className={classes.point} data-testid="debate-point">
      <Ring share={1 - left / limit} tone="pois" size={34}>
        <span className={shared.small}>{Math.ceil(left / 1000)}</span>
      </Ring>
      <span className={shared.personName}>
        {t('point.making', { name: name(debate.point) })}
        <span className="sr-only">{t('point.left', { seconds: Math.ceil(left / 1000) })}</span>
      </span>
      <SideName debate={debate} side={sideOf(debate, debate.point)} />
    </div>
  );
}
