import { Button, NativeSelect, NumberInput, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { DebateView } from '../../../protocol';
import { useSession } from '../store';
import classes from './judging.module.css';
import shared from './parts.module.css';
import { checkSheet, isScored, sheetLines } from './judging';
import { formOf, speechesOf } from './model';
import { Heading, SideName, useName, useSend, useText } from './parts';

interface Sheet {
  points: Record<string, number | null>;
  ranks: Record<string, number | null>;
}

/** An adjudicator's sheet: the writer's alone until the results are revealed. */
export function ScoreSheet({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const me = useSession((session) => session.me);
  const hasEnded = debate.stage === 'running' || debate.stage === 'ended';
  if (!debate.adjudicators.includes(me) || debate.result !== null || !isScored(debate)) return null;
  if (!hasEnded) return <div className={shared.note}>{t('sheet.later')}</div>;
  // A sheet that was handed in from another page comes into the fields.
  return <Fields key={JSON.stringify(debate.own_sheet)} debate={debate} />;
}

function Fields({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const text = useText();
  const name = useName();
  const send = useSend();
  const own = debate.own_sheet as Sheet | null;
  const [points, setPoints] = useState<Sheet['points']>(own?.points ?? {});
  const [ranks, setRanks] = useState<Sheet['ranks']>(own?.ranks ?? {});
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const form = formOf(debate);
  const lines = sheetLines(debate);
  const check = checkSheet(debate, points, ranks);
  const isWrong = Object.keys(check.lines).length > 0 || check.sides !== null;

  function handIn(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (isWrong) return;
    setBusy(true);
    void send({
      type: 'hand_in_scores',
      debate_id: debate.debate_id,
      points: filled(points, lines.map((line) => line.key)),
      ranks: form.scoring.teams === 'none' ? {} : filled(ranks, form.sides.map((one) => one.id)),
    }).finally(() => setBusy(false));
  }

  return (
    <section aria-label={t('sheet.title')} data-testid="score-sheet">
      <Heading>{t('sheet.title')}</Heading>
      <div className={shared.note}>{t('sheet.secret')}</div>
      <form onSubmit={handIn} noValidate>
        {form.sides.map((side) => (
          <fieldset key={side.id} className={classes.sheetSide} data-stance={side.stance}>
            <legend>
              <SideName debate={debate} side={side.id} />
            </legend>
            {lines
              .filter((line) => line.side === side.id)
              .map((line) => {
                const seat = side.seats.find((one) => one.id === line.seat);
                const reply = speechesOf(form).find((one) => one.id === line.replyId);
                const criterion = form.scoring.criteria.find((one) => one.id === line.criterion);
                const label = [
                  line.participantId ? name(line.participantId) : null,
                  seat ? text(seat.name) : null,
                  criterion ? text(criterion.name) : null,
                  reply ? text(reply.name) : null,
                ]
                  .filter((one) => one !== null)
                  .join(' · ');
                const { low, high, step } = line.range;
                const problem = check.lines[line.key];
                const value = points[line.key] ?? null;
                const isShown = problem === 'range' || (isTried && problem === 'missing');
                return (
                  <NumberInput
                    key={line.key}
                    size="sm"
                    label={label}
                    description={t('sheet.range', { low, high, step })}
                    inputWrapperOrder={['label', 'input', 'description', 'error']}
                    min={low}
                    max={high}
                    step={step}
                    clampBehavior="none"
                    value={value ?? ''}
                    error={
                      isShown ? t(problem === 'missing' ? 'sheet.missing' : 'sheet.outOfRange') : undefined
                    }
                    onChange={(next) =>
                      setPoints((old) => ({
                        ...old,
                        [line.key]: typeof next === 'number' ? next : null,
                      }))
                    }
                  />
                );
              })}
            {form.scoring.teams !== 'none' && (
              <NativeSelect
                size="sm"
                label={t('sheet.place', { side: text(side.name) })}
                value={String(ranks[side.id] ?? '')}
                onChange={(event) => {
                  const place = event.currentTarget.value;
                  setRanks((old) => ({ ...old, [side.id]: place === '' ? null : Number(place) }));
                }}
                data={[
                  { value: '', label: '–' },
                  ...form.sides.map((_, index) => ({
                    value: String(index + 1),
                    label: `${index + 1}.`,
                  })),
                ]}
              />
            )}
            {lines.length > 0 && (
              <div className={shared.note}>
                {t('sheet.total', { points: check.totals[side.id] ?? 0 })}
              </div>
            )}
          </fieldset>
        ))}
        {check.sides !== null && isTried && (
          <Text c="var(--mantine-color-error)" size="sm" role="alert">
            {t(`sheet.problem.${check.sides}`)}
          </Text>
        )}
        <Button type="submit" fullWidth mt={8} loading={isBusy}>
          {own ? t('sheet.replace') : t('sheet.handIn')}
        </Button>
        {own && <div className={shared.note}>{t('sheet.handedIn')}</div>}
      </form>
    </section>
  );
}

const filled = (all: Record<string, number | null>, keys: string[]): Record<string, number> =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const value = all[key] ?? null;
      return value === null ? [] : [[key, value]];
    }),
  );
