import { Chip, Group } from '@mantine/core';
import {
  IconChartBar, IconCheck, IconChecklist, IconHandStop, IconHelpCircle, IconMessage, IconMessageQuestion, IconMicrophone2, IconPresentation, IconScreenShare,
  IconSpeakerphone, IconStar, IconTrophy, IconUser, IconUsersGroup, IconWorld, IconWritingSign,
} from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import type { Recording, TimelineMark } from '../../protocol';
import { Avatar, Card, EmptyState, FileLink } from '../../ui';
import { fileOf, heldText, kindsIn, type MomentKind, nameOf, pollExplanation, pollResult, pollTexts } from './moments';
import classes from './MomentsCard.module.css';
import { usePlayer } from './player';

const ICONS: Readonly<Record<MomentKind, ReactNode>> = {
  chat: <IconMessage size={18} />,
  poll: <IconChartBar size={18} />,
  hand: <IconHandStop size={18} />,
  moment: <IconStar size={18} />,
  screen: <IconScreenShare size={18} />,
  confusion: <IconHelpCircle size={18} />,
  speech: <IconMicrophone2 size={18} />,
  turn: <IconSpeakerphone size={18} />,
  result: <IconTrophy size={18} />,
  poi: <IconMessageQuestion size={18} />,
  audience: <IconUser size={18} />,
  breakout: <IconUsersGroup size={18} />,
  activity: <IconChecklist size={18} />,
  slide: <IconPresentation size={18} />,
  whiteboard: <IconWritingSign size={18} />,
  web_page: <IconWorld size={18} />,
};

/** What happened in the class beside what was said: chat, polls, hands, marked moments. */
export function MomentsCard({ recording }: { recording: Recording }) {
  const { t } = useTranslation('recording');
  const kinds = kindsIn(recording.marks);
  const [only, setOnly] = useState<MomentKind | null>(null);
  const shown = recording.marks.filter((mark) => only === null || mark.kind === only);
  return (
    <Card component="section" aria-label={t('moments.title')} className={classes.card}>
      <h2 className={classes.heading}>{t('moments.title')}</h2>
      {kinds.length > 1 && (
        <Group gap={6} mt="xs" role="group" aria-label={t('moments.filter')}>
          {kinds.map((kind) => (
            <Chip
              key={kind}
              size="xs"
              variant="light"
              checked={only === kind}
              onChange={(isOn) => setOnly(isOn ? kind : null)}
            >
              {t(`moments.kind.${kind}`)}
            </Chip>
          ))}
        </Group>
      )}
      {shown.length === 0 ? (
        <EmptyState icon={<IconMessage size={28} />} title={t('moments.none')} hint={t('moments.noneHint')} />
      ) : (
        <ol className={classes.list} tabIndex={shown.length > 4 ? 0 : -1} aria-label={t('moments.title')}>
          {shown.map((mark, index) => (
            <Moment
              key={`${mark.at_ms}-${index}`}
              mark={mark}
              sessionId={recording.summary.session_id}
              name={nameOf(mark, recording.participant_names)}
            />
          ))}
        </ol>
      )}
    </Card>
  );
}

interface MomentProps {
  mark: TimelineMark;
  sessionId: string;
  name: string | null;
}

function Moment({ mark, sessionId, name }: MomentProps) {
  const { t, i18n } = useTranslation('recording');
  const player = usePlayer();
  const result = pollResult(mark);
  const texts = pollTexts(mark);
  const explanation = pollExplanation(mark);
  const time = formatClock(mark.at_ms);
  const file = fileOf(mark);
  const words =
    mark.kind === 'confusion'
      ? t('moments.lost', { count: Number(mark.data.count) })
      : mark.kind === 'hand' && name !== null
        ? name
        : (heldText(mark, i18n.language) ?? mark.label);
  return (
    <li className={classes.moment}>
      {mark.kind === 'chat' && name !== null ? (
        <Avatar name={name} size={32} />
      ) : (
        <span className={classes.icon} data-kind={mark.kind} aria-hidden>
          {ICONS[mark.kind]}
        </span>
      )}
      <div className={classes.body}>
        <div className={classes.line}>
          <b>{mark.kind === 'chat' && name !== null ? name : t(`moments.one.${mark.kind}`)}</b>
          <button
            type="button"
            className={classes.when}
            aria-label={t('moments.goTo', { time })}
            onClick={() => player.seek(mark.at_ms)}
          >
            {time}
          </button>
        </div>
        {/* A file that came without a word says its name itself. */}
        {words !== file?.name && <p>{words}</p>}
        {file && <FileLink sessionId={sessionId} file={file} />}
        {mark.kind === 'web_page' && typeof mark.data.url === 'string' && (
          <a href={mark.data.url} target="_blank" rel="noopener noreferrer">
            {t('moments.openPage')}
          </a>
        )}
        {result && (
          <ul className={classes.tally} aria-label={t('moments.votes', { count: result.votes })}>
            {result.options.map((option, index) => (
              <li key={index}>
                <span className={classes.fill} style={{ width: `${option.share * 100}%` }} />
                <span>{option.text}</span>
                {option.isKey && <IconCheck size={16} role="img" aria-label={t('moments.right')} />}
                <span>
                  {result.isCount
                    ? option.votes
                    : t('moments.share', { percent: Math.round(option.share * 100) })}
                </span>
              </li>
            ))}
          </ul>
        )}
        {texts.length > 0 && (
          <ul className={classes.tally} aria-label={t('moments.answers')}>
            {texts.map((text, index) => (
              <li key={index}>
                <span>{text}</span>
              </li>
            ))}
          </ul>
        )}
        {explanation !== '' && <p>{explanation}</p>}
      </div>
    </li>
  );
}
