import { Table } from '@mantine/core';
import { IconTrophy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatPercent } from '../../i18n';
import classes from './debate_results.module.css';
import { type BallotResult, CHOICES, type DebateResult, shares, signed } from './result';

export interface ResultSide {
  side: string;
  name: string;
  stance: 'for' | 'against' | null;
}

interface Props {
  result: DebateResult;
  sides: ResultSide[];
  nameOf: (participantId: string) => string;
}

/** What was revealed of a debate: how opinions moved, places and points. */
export function DebateResults(props: Props) {
  const { t } = useTranslation('debate');
  const { result } = props;
  const isEmpty = result.ballot === null && result.sheets.length === 0;
  return (
    <>
      {isEmpty && <div className={classes.note}>{t('result.empty')}</div>}
      {result.ballot && <Ballots result={result.ballot} />}
      {result.sheets.length > 0 && <Scores {...props} />}
    </>
  );
}

/** Tone by stance, never the only sign: the name is there too. */
export function SideName({ sides, side }: { sides: ResultSide[]; side: string }) {
  const found = sides.find((one) => one.side === side);
  if (!found) return null;
  return (
    <span className={classes.side} data-stance={found.stance ?? undefined}>
      {found.name}
    </span>
  );
}

function Ballots({ result }: { result: BallotResult }) {
  const { t } = useTranslation('debate');
  const before = shares(result.before);
  const after = shares(result.after);
  return (
    <>
      <div className={classes.winner} data-stance={result.winner === 'draw' ? undefined : result.winner}>
        <IconTrophy size={22} aria-hidden />
        <div>
          <strong>
            {result.winner === 'draw' ? t('result.draw') : t(`result.winner.${result.winner}`)}
          </strong>
          <div className={classes.small}>
            {result.winner === 'draw'
              ? t('result.drawWhy')
              : t('result.why', { points: signed(result.shift[result.winner]) })}
          </div>
        </div>
      </div>
      {(['before', 'after'] as const).map((round) => {
        const share = round === 'before' ? before : after;
        return (
          <div key={round} className={classes.shiftRow}>
            <span className={classes.note}>{t(`result.${round}`)}</span>
            <div className={classes.shiftBar}>
              {CHOICES.map((one) => (
                <span key={one} data-choice={one} style={{ flexGrow: share[one] }}>
                  {share[one] >= 14 ? formatPercent(share[one]) : ''}
                  <span className="sr-only">
                    {t(`choice.${one}`)} {formatPercent(share[one])}
                  </span>
                </span>
              ))}
            </div>
          </div>
        );
      })}
      <ul className={classes.shifts}>
        {CHOICES.map((one) => (
          <li key={one} data-choice={one}>
            <span>{t(`choice.${one}`)}</span>
            <strong>{t('result.points', { points: signed(result.shift[one]) })}</strong>
          </li>
        ))}
      </ul>
      <div className={classes.note}>{t('result.turnout', result.turnout)}</div>
      <Table className={classes.matrix} captionSide="top" aria-label={t('result.matrix')}>
        <Table.Caption>{t('result.matrix')}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('result.beforeAfter')}</Table.Th>
            {CHOICES.map((one) => (
              <Table.Th key={one} scope="col">
                {t(`choice.${one}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {CHOICES.map((from, row) => (
            <Table.Tr key={from}>
              <Table.Th scope="row">{t(`choice.${from}`)}</Table.Th>
              {CHOICES.map((to, column) => (
                <Table.Td key={to} data-moved={row !== column || undefined}>
                  {result.matrix[row]?.[column] ?? 0}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

function Scores({ result, sides: known, nameOf }: Props) {
  const { t } = useTranslation('debate');
  const winner = known.find((one) => one.side === result.winner);
  const hasTotals = result.sides.some((one) => one.total !== null);
  const sides = [...result.sides].sort((a, b) => (a.place ?? 9) - (b.place ?? 9));
  return (
    <>
      {result.winner !== null && (
        <div className={classes.winner} data-stance={winner?.stance ?? undefined}>
          <IconTrophy size={22} aria-hidden />
          <div>
            <strong>
              {winner ? t('result.sideWins', { side: winner.name }) : t('result.draw')}
            </strong>
            <div className={classes.small}>{t('result.bySheets', { count: result.sheets.length })}</div>
          </div>
        </div>
      )}
      <Table aria-label={t('result.sides')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('result.place')}</Table.Th>
            <Table.Th>{t('result.side')}</Table.Th>
            {hasTotals && <Table.Th>{t('result.total')}</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sides.map((one) => (
            <Table.Tr key={one.side}>
              <Table.Td>{one.place === null ? '–' : `${one.place}.`}</Table.Td>
              <Table.Td>
                <SideName sides={known} side={one.side} />
              </Table.Td>
              {hasTotals && <Table.Td>{one.total ?? '–'}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {result.speakers.length > 0 && (
        <Table captionSide="top" aria-label={t('result.speakers')}>
          <Table.Caption>{t('result.speakers')}</Table.Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('result.place')}</Table.Th>
              <Table.Th>{t('result.speaker')}</Table.Th>
              <Table.Th>{t('result.side')}</Table.Th>
              <Table.Th>{t('result.total')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {result.speakers.map((one) => (
              <Table.Tr key={one.seat}>
                <Table.Td>{one.place}.</Table.Td>
                <Table.Td>{nameOf(one.participant_id)}</Table.Td>
                <Table.Td>
                  <SideName sides={known} side={one.seat.slice(0, one.seat.indexOf(':'))} />
                </Table.Td>
                <Table.Td>{one.points}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}
