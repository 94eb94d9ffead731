import { Button, Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { DebateView } from '../../../protocol';
import { isFacilitator, isHere, isObserver, takesPart } from '../selectors';
import { useSession } from '../store';
import { type Choice, CHOICES } from '../../../ui/debate';
import classes from './judging.module.css';
import shared from './parts.module.css';
import { isOver } from './model';
import { Heading, useSend } from './parts';

/** For, Against, Undecided: before the debate and after it; what was chosen stays secret. */
export function BallotCard({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const session = useSession((state) => state);
  const hosts = isFacilitator(session);
  const here = session.participants.filter(
    (one) => isHere(one) && takesPart(one) && one.room_id === debate.room_id,
  ).length;
  const debate_id = debate.debate_id;
  const open = debate.ballot;
  const next =
    open !== null || debate.result !== null
      ? null
      : debate.stage === 'planned' && debate.ballots_closed.length === 0
        ? 'before'
        : isOver(debate) && !debate.ballots_closed.includes('after')
          ? 'after'
          : null;
  if (open === null && (next === null || !hosts)) return null;
  return (
    <section className={classes.ballot} aria-label={t('ballot.title')}>
      <Heading>
        {(open ?? next) === 'before' ? t('ballot.titleBefore') : t('ballot.titleAfter')}
      </Heading>
      {open !== null && (
        <>
          {!isObserver(session) && <Vote key={open} debate={debate} round={open} />}
          <div className={shared.hint} data-testid="turnout">
            {t('ballot.turnout', { voted: debate.voted[open] ?? 0, all: here })}
          </div>
          {hosts && (
            <Button
              mt={8}
              size="compact-sm"
              variant="light"
              onClick={() => void send({ type: 'close_ballot', debate_id })}
            >
              {t('ballot.close')}
            </Button>
          )}
        </>
      )}
      {next !== null && hosts && (
        <>
          <div className={shared.hint}>{t('ballot.hint')}</div>
          <Button
            mt={6}
            size="compact-sm"
            variant="light"
            onClick={() => void send({ type: 'open_ballot', debate_id, round: next })}
          >
            {next === 'before' ? t('ballot.openBefore') : t('ballot.openAfter')}
          </Button>
        </>
      )}
    </section>
  );
}

function Vote({ debate, round }: { debate: DebateView; round: 'before' | 'after' }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const [choice, setChoice] = useState<Choice | null>(null);
  const [isBusy, setBusy] = useState(false);
  if (debate.own_ballots.includes(round)) return <div role="status">{t('ballot.voted')}</div>;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (choice === null) return;
        setBusy(true);
        void send({ type: 'cast_ballot', debate_id: debate.debate_id, round, choice }).finally(() =>
          setBusy(false),
        );
      }}
    >
      <Radio.Group
        aria-label={t('ballot.question')}
        label={t('ballot.question')}
        value={choice}
        onChange={(value) => setChoice(value as Choice)}
      >
        <Stack gap={6} mt={6}>
          {CHOICES.map((one) => (
            <Radio key={one} value={one} label={t(`choice.${one}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <div className={shared.hint}>{t('ballot.secret')}</div>
      <Button type="submit" fullWidth mt={8} disabled={choice === null} loading={isBusy}>
        {t('ballot.cast')}
      </Button>
    </form>
  );
}
