import { CloseButton, Popover, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';

import { formatPercent, formatRate } from '../../../i18n';
import { isPhone } from '../phone';
import { usePage } from '../store';
import { causesOf, type Level, levelOf } from './causes';
import classes from './quality.module.css';
import { BARS, TONES } from './signs';

/** How one's own connection does: a sign, and behind it why, in words, and what can be done. */
export function Quality() {
  const { t } = useTranslation('quality');
  const { t: common } = useTranslation();
  const [isOpen, { toggle, close }] = useDisclosure();
  const quality = usePage((state) => state.quality);
  const device = usePage((state) => state.device);
  const isCut = usePage(
    (state) =>
      state.status !== 'connected' || state.media === 'failed' || state.media === 'blocked',
  );
  const level = isCut ? 'lost' : levelOf(quality, device);
  const Bars = BARS[level ?? 'good'];
  const label = level ? t(`level.${level}`) : t('level.unknown');
  return (
    <Popover
      position="bottom-end"
      width="min(340px, calc(100vw - 24px))"
      opened={isOpen}
      onChange={(opened) => !opened && close()}
      withArrow
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <UnstyledButton
          className={classes.sign}
          aria-label={label}
          title={label}
          data-quality={level ?? 'unknown'}
          style={{ color: level ? TONES[level] : undefined }}
          onClick={toggle}
        >
          <Bars size={22} aria-hidden />
          {level && level !== 'good' && !isPhone() && <span aria-hidden>{t(`short.${level}`)}</span>}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.panel}>
        <div className={classes.head}>
          <strong>{label}</strong>
          <CloseButton size="sm" aria-label={common('action.close')} onClick={close} />
        </div>
        <Causes level={level} />
        <Figures />
      </Popover.Dropdown>
    </Popover>
  );
}

function Causes({ level }: { level: Level | null }) {
  const { t } = useTranslation('quality');
  const quality = usePage((state) => state.quality);
  const device = usePage((state) => state.device);
  if (level === null) return <p className={classes.advice}>{t('measuring')}</p>;
  if (level === 'lost') {
    return (
      <p>
        {t('cause.lost')} <span className={classes.advice}>{t('advice.lost')}</span>
      </p>
    );
  }
  const causes = causesOf(quality, device);
  if (causes.length === 0) return <p className={classes.advice}>{t('fine')}</p>;
  return (
    <ul className={classes.causes}>
      {causes.map(({ key, values }) => (
        <li key={key} data-cause={key}>
          {t(`cause.${key}`, values)} <span className={classes.advice}>{t(`advice.${key}`)}</span>
        </li>
      ))}
    </ul>
  );
}

function Figures() {
  const { t } = useTranslation('quality');
  const quality = usePage((state) => state.quality);
  const sending = usePage((state) => state.device?.sending ?? null);
  if (!quality || quality.level === 'lost') return null;
  const rows = {
    rtt: quality.rtt_ms === null ? null : t('ms', { ms: Math.round(quality.rtt_ms) }),
    lossUp: formatPercent(quality.loss_up * 100),
    lossDown: formatPercent(quality.loss_down * 100),
    rateUp: formatRate(quality.bitrate_up),
    rateDown: formatRate(quality.bitrate_down),
    estimate: quality.estimate === null ? null : formatRate(quality.estimate),
    sending: sending ? t('picture', sending) : null,
  };
  const names = Object.keys(rows) as (keyof typeof rows)[];
  return (
    <dl className={classes.figures}>
      {names.map(
        (name) =>
          rows[name] !== null && (
            <div key={name}>
              <dt>{t(`figure.${name}`)}</dt>
              <dd>{rows[name]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
