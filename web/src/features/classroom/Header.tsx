import { Popover, Text, UnstyledButton } from '@mantine/core';
import {
  IconAntennaBars1,
  IconAntennaBars2,
  IconAntennaBars3,
  IconAntennaBars5,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import { useUser } from '../../transport/me';
import { AccountMenu, Avatar, Brand, ThemeToggle } from '../../ui';
import { isPhone } from './phone';
import { useTick } from './context';
import classes from './Header.module.css';
import { me, peopleHere } from './selectors';
import { recordedMs } from './state';
import { sessionNow, usePage, usePageStore, useSession, useSessionList } from './store';

export function Header() {
  const { t, i18n } = useTranslation('classroom');
  const title = useSession((session) => session.title);
  const own = useSession((session) => me(session)?.name ?? '');
  const user = useUser();
  const here = useSession((session) => peopleHere(session).length);
  const facilitators = useSessionList((session) =>
    peopleHere(session).flatMap((one) => (one.role === 'facilitator' ? [one.name] : [])),
  );
  const names = new Intl.ListFormat(i18n.language === 'qps' ? 'en' : i18n.language, {
    style: 'long',
    type: 'conjunction',
  }).format(facilitators);
  const count = t('here', { count: here });
  return (
    <header className={classes.header}>
      <Brand size={30} />
      <div className={classes.names}>
        <h1 className={classes.title}>{title}</h1>
        <div className={classes.sub}>{names ? `${names}, ${count}` : count}</div>
      </div>
      <RecordingPill />
      <Quality />
      <ThemeToggle />
      {!isPhone() &&
        (user ? <AccountMenu name={user.name} /> : <Avatar name={own} />)}
    </header>
  );
}

function RecordingPill() {
  const { t } = useTranslation('classroom');
  const store = usePageStore();
  const recording = useSession((session) => session.recording);
  const isOn = recording.state === 'on';
  useTick(500, isOn);
  if (recording.state !== 'on' && recording.state !== 'paused') return null;
  const time = formatClock(recordedMs(recording, sessionNow(store.getState())));
  return (
    <div
      className={classes.pill}
      data-running={isOn || undefined}
      data-paused={!isOn || undefined}
      data-testid="recording-pill"
    >
      <span className={classes.dot} aria-hidden />
      <span className={isPhone() ? 'sr-only' : undefined}>
        {isOn ? t('recording.on', { time }) : t('recording.paused', { time })}
      </span>
      {isPhone() && <span aria-hidden>{time}</span>}
    </div>
  );
}

const BARS = {
  good: IconAntennaBars5,
  fair: IconAntennaBars3,
  poor: IconAntennaBars2,
  lost: IconAntennaBars1,
} as const;

function Quality() {
  const { t } = useTranslation('classroom');
  const quality = usePage((state) => state.quality);
  const isCut = usePage((state) => state.status !== 'connected' || state.media === 'failed' || state.media === 'blocked');
  const level = isCut ? 'lost' : quality?.level;
  const Bars = BARS[level ?? 'good'];
  const label = level ? t(`quality.${level}`) : t('quality.unknown');
  const tone =
    level === 'poor' || level === 'lost'
      ? 'var(--rp-bad-text)'
      : level === 'fair'
        ? 'var(--rp-warn-text)'
        : 'var(--mantine-color-text)';
  const percent = (share: number) => Math.round(share * 1000) / 10;
  return (
    <Popover position="bottom-end" withArrow>
      <Popover.Target>
        <UnstyledButton
          aria-label={label}
          title={label}
          data-quality={level ?? 'unknown'}
          style={{ color: tone, display: 'grid', width: 36, height: 36, placeItems: 'center' }}
        >
          <Bars size={22} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text fw={650}>{label}</Text>
        {quality && (
          <Text size="sm" component="div">
            {quality.rtt_ms !== null && (
              <div>{t('quality.rtt', { ms: Math.round(quality.rtt_ms) })}</div>
            )}
            <div>{t('quality.lossUp', { percent: percent(quality.loss_up) })}</div>
            <div>{t('quality.lossDown', { percent: percent(quality.loss_down) })}</div>
            <div>
              {t('quality.rate', {
                up: Math.round(quality.bitrate_up / 1000),
                down: Math.round(quality.bitrate_down / 1000),
              })}
            </div>
          </Text>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
