import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import { useUser } from '../../transport/me';
import { AccountMenu, Avatar, Brand, ThemeToggle } from '../../ui';
import { isPhone } from './phone';
import { useTick } from './context';
import classes from './Header.module.css';
import { Quality } from './quality/Quality';
import { me, peopleHere } from './selectors';
import { recordedMs } from './state';
import { sessionNow, usePageStore, useSession, useSessionList } from './store';

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
