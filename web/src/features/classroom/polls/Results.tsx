import { ActionIcon, Button, SegmentedControl, Stack } from '@mantine/core';
import { IconCheck, IconEyeOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { PollView } from '../../../protocol';
import { useClassroom } from '../context';
import panel from '../Panel.module.css';
import { BarRow } from './BarRow';
import classes from './Polls.module.css';
import {
  cloudOf,
  figuresOf,
  histogram,
  matchRows,
  numberText,
  optionRows,
  pairsRight,
  rankRows,
  ratingRows,
  type Row,
} from './results';

/** What came of a poll that is not a choice of one. Every bar has its number beside it. */
export function Results({ poll, hosts }: { poll: PollView; hosts: boolean }) {
  const { t } = useTranslation('polls');
  if (poll.tally === null) return null;
  const isEmpty = poll.tally.every((count) => count === 0) && poll.hidden.length === 0;
  return (
    <section aria-label={t('result.label')}>
      {isEmpty ? (
        <span className={classes.note}>{t('result.none')}</span>
      ) : (
        <Drawn poll={poll} hosts={hosts} />
      )}
    </section>
  );
}

function Drawn({ poll, hosts }: { poll: PollView; hosts: boolean }) {
  switch (poll.kind) {
    case 'rating':
      return (
        <>
          <Bars rows={ratingRows(poll)} />
          <FigureLine poll={poll} />
        </>
      );
    case 'numeric':
      return (
        <>
          <Bars rows={histogram(poll)} unit={poll.labels[0]} />
          <FigureLine poll={poll} />
        </>
      );
    case 'ranking':
      return <Ranking poll={poll} />;
    case 'matching':
      return <Matching poll={poll} />;
    case 'word_cloud':
      return <Cloud poll={poll} hosts={hosts} />;
    case 'short_text':
      return <Texts poll={poll} hosts={hosts} />;
    default:
      return <Bars rows={optionRows(poll)} />;
  }
}

function Bars({ rows, unit }: { rows: Row[]; unit?: string }) {
  const { t } = useTranslation('classroom');
  return (
    <ul className={classes.rows}>
      {rows.map((row) => (
        <li key={row.label}>
          <BarRow
            row={unit ? { ...row, label: `${row.label} ${unit}` } : row}
            value={t('poll.percent', { percent: Math.round(row.share * 100) })}
            note={<span className={classes.note}> · {t('poll.votes', { count: row.count })}</span>}
          />
        </li>
      ))}
    </ul>
  );
}

function FigureLine({ poll }: { poll: PollView }) {
  const { t, i18n } = useTranslation('polls');
  const figures = figuresOf(poll);
  if (!figures) return null;
  const locale = i18n.language === 'qps' ? 'en' : i18n.language;
  const shown = (value: number) =>
    new Intl.NumberFormat(locale, {
      maximumFractionDigits: 2,
      useGrouping: false,
    }).format(value);
  return (
    <div className={classes.figures}>
      <span>{t('result.mean', { value: shown(figures.mean) })}</span>
      <span>{t('result.median', { value: shown(figures.median) })}</span>
      {poll.kind === 'numeric' && typeof poll.right === 'number' && (
        <span style={{ color: 'var(--rp-good-text)' }}>
          {t('result.rightNumber', { number: numberText(poll.right) })}
          {poll.tolerance > 0 && ` ${t('result.tolerance', { value: numberText(poll.tolerance) })}`}
        </span>
      )}
    </div>
  );
}

function Ranking({ poll }: { poll: PollView }) {
  const { t } = useTranslation('polls');
  const right = Array.isArray(poll.right)
    ? poll.right.map((at) => poll.options[Number(at)] ?? '')
    : null;
  return (
    <>
      <ol className={classes.rows}>
        {rankRows(poll).map((row, place) => (
          <li key={row.label}>
            <BarRow
              row={{
                ...row,
                label: t('answer.place', { place: place + 1, name: row.label }),
              }}
              value={t('result.points', { count: row.points })}
              note={
                <span className={classes.note} style={{ display: 'block' }}>
                  {t('result.place', { place: row.meanPlace.toFixed(1) })}
                </span>
              }
            />
          </li>
        ))}
      </ol>
      {right && (
        <div className={classes.figures}>
          <span style={{ color: 'var(--rp-good-text)' }}>
            {t('result.rightOrder', { order: right.join(' › ') })}
          </span>
        </div>
      )}
    </>
  );
}

function Matching({ poll }: { poll: PollView }) {
  const { t } = useTranslation('polls');
  const share = pairsRight(poll);
  return (
    <Stack gap="sm">
      {matchRows(poll).map(({ option, cells }) => (
        <div key={option}>
          <div className={classes.match}>{option}</div>
          <Bars rows={cells} />
        </div>
      ))}
      {share !== null && (
        <div className={classes.figures}>
          {t('result.pairsRight', { percent: Math.round(share * 100) })}
        </div>
      )}
    </Stack>
  );
}

function Cloud({ poll, hosts }: { poll: PollView; hosts: boolean }) {
  const { t } = useTranslation('polls');
  const [view, setView] = useState<'cloud' | 'list'>('cloud');
  const words = cloudOf(poll);
  return (
    <Stack gap="xs">
      <SegmentedControl
        size="xs"
        value={view}
        aria-label={t('result.view')}
        onChange={(value) => setView(value === 'list' ? 'list' : 'cloud')}
        data={[
          { value: 'cloud', label: t('result.cloud') },
          { value: 'list', label: t('result.list') },
        ]}
      />
      {view === 'cloud' && words.length > 0 && (
        <ul className={classes.cloud}>
          {words.map((word) => (
            <li key={word.text} style={{ fontSize: `${word.size}em` }}>
              {word.text}
              <span className="sr-only"> {t('result.times', { count: word.count })}</span>
            </li>
          ))}
        </ul>
      )}
      {view === 'list' && (
        <ul className={classes.texts} tabIndex={0} aria-label={t('result.label')}>
          {words.map((word) => (
            <li key={word.text}>
              <span className={classes.grow}>{word.text}</span>
              <strong>{t('result.times', { count: word.count })}</strong>
              {hosts && <Hide poll={poll} text={word.text} />}
            </li>
          ))}
        </ul>
      )}
      {hosts && <Hidden poll={poll} />}
    </Stack>
  );
}

function Texts({ poll, hosts }: { poll: PollView; hosts: boolean }) {
  const { t } = useTranslation('polls');
  const more = poll.voted_count - poll.entries.length - poll.hidden.length;
  return (
    <Stack gap="xs">
      <ul className={classes.texts} tabIndex={0} aria-label={t('result.label')}>
        {poll.entries.map((text, index) => (
          <li key={`${index}-${text}`}>
            <span className={classes.grow}>{text}</span>
            {hosts && <Hide poll={poll} text={text} />}
          </li>
        ))}
      </ul>
      {hosts && poll.state === 'open' && more > 0 && (
        <span className={classes.note}>{t('result.more', { count: more })}</span>
      )}
      {hosts && <Hidden poll={poll} />}
    </Stack>
  );
}

function Hide({ poll, text }: { poll: PollView; text: string }) {
  const { t } = useTranslation('polls');
  const classroom = useClassroom();
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      c="var(--mantine-color-text)"
      size={28}
      aria-label={t('result.hide', { text })}
      onClick={() =>
        void classroom.command({
          type: 'hide_poll_text',
          poll_id: poll.poll_id,
          text,
        })
      }
    >
      <IconEyeOff size={16} />
    </ActionIcon>
  );
}

function Hidden({ poll }: { poll: PollView }) {
  const { t } = useTranslation('polls');
  const classroom = useClassroom();
  if (poll.hidden.length === 0) return null;
  return (
    <div>
      <h3 className={panel.heading}>{t('result.hidden')}</h3>
      <Stack gap={4} align="flex-start">
        {poll.hidden.map((text) => (
          <Button
            key={text}
            size="compact-sm"
            variant="subtle"
            style={{ maxWidth: '100%' }}
            onClick={() =>
              void classroom.command({
                type: 'hide_poll_text',
                poll_id: poll.poll_id,
                text,
                is_hidden: false,
              })
            }
          >
            {t('result.show', { text })}
          </Button>
        ))}
      </Stack>
    </div>
  );
}

/** Why it is so, once the result is revealed. */
export function Explanation({ poll }: { poll: PollView }) {
  const { t } = useTranslation('polls');
  if (poll.state !== 'revealed' || poll.explanation === '') return null;
  return (
    <div className={classes.explanation} role="note" aria-label={t('result.explanation')}>
      <IconCheck size={17} aria-hidden color="var(--rp-good-text)" />
      <span>{poll.explanation}</span>
    </div>
  );
}
