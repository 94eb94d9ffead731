import { ActionIcon, Loader } from '@mantine/core';
import { IconBadgeCc, IconListDetails, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { tone } from '../../../ui/Avatar';
import { useClassroom, useTick } from '../context';
import { personOf } from '../selectors';
import { usePage, useSession } from '../store';
import classes from './captions.module.css';
import { delayOf, type ShownLine, shownLines } from './state';

/** What is being said, under the stage: two or three lines, the newest below. */
export function CaptionArea() {
  const wants = usePage((state) => state.captions.wants);
  const state = usePage((page) => page.captions.state);
  return wants && state !== 'unavailable' ? <Shown /> : null;
}

function Shown() {
  const { t } = useTranslation('captions');
  const classroom = useClassroom();
  const captions = usePage((page) => page.captions);
  useTick(1000);
  const lines = shownLines(captions.lines, performance.now());
  const spoken = captions.lines.findLast((line) => line.is_final);
  return (
    <section
      className={classes.area}
      aria-label={t('title')}
      data-size={captions.size}
      data-state={captions.state ?? 'starting'}
      data-testid="captions"
    >
      <div className={classes.head}>
        <IconBadgeCc size={18} aria-hidden />
        <Standing />
        <ActionIcon
          variant="subtle"
          size="sm"
          aria-label={t('open')}
          title={t('open')}
          onClick={() => classroom.store.setState({ dialog: 'captions' })}
        >
          <IconListDetails size={16} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          size="sm"
          aria-label={t('off')}
          title={t('off')}
          onClick={() => void classroom.captions.toggle()}
        >
          <IconX size={16} />
        </ActionIcon>
      </div>
      <div className={classes.lines} lang={captions.language}>
        {lines.map((line) => (
          <Line key={line.line_id} line={line} />
        ))}
      </div>
      {captions.isSpoken && (
        <div className="sr-only" aria-live="polite" lang={captions.language}>
          {spoken?.text}
        </div>
      )}
    </section>
  );
}

/** Language and delay, or what stands in the way; said once to screen readers when it changes. */
function Standing() {
  const { t, i18n } = useTranslation('captions');
  const { state, retryS, lines, language } = usePage((page) => page.captions);
  const rttMs = usePage((page) => page.quality?.rtt_ms ?? null);
  const delay = delayOf(lines, rttMs);
  const seconds = (value: number) =>
    value.toLocaleString(i18n.language, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  const isReading = state === 'on' || state === 'fewer';
  return (
    <>
      <span className={classes.standing} role="status" data-tone={isReading ? undefined : 'warn'}>
        {isReading ? new Intl.DisplayNames(i18n.language, { type: 'language' }).of(language) : null}
        {state === 'fewer' && ` · ${t('state.fewer')}`}
        {(state === null || state === 'starting' || state === 'off') && (
          <>
            <Loader size={12} /> {t('state.starting')}
          </>
        )}
        {state === 'busy' && t('state.busy')}
        {state === 'failed' && t('state.failed', { count: retryS ?? 1 })}
      </span>
      <span className={classes.delay}>
        {isReading && delay !== null && t('delay', { seconds: seconds(delay / 1000) })}
      </span>
    </>
  );
}

export function Line({ line }: { line: ShownLine }) {
  const { t } = useTranslation('captions');
  const name = useSession((session) => personOf(session, line.participant_id)?.name);
  const [background, color] = tone(name ?? '?');
  return (
    <p className={classes.line} data-provisional={line.is_final ? undefined : true}>
      <span className={classes.name} style={{ background, color }}>
        {name ?? t('somebody')}
      </span>{' '}
      <span className={classes.words}>{line.text}</span>
    </p>
  );
}
