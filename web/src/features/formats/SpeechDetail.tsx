import { ActionIcon, Button, Group, Switch } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import type { FormatPeriod, FormatSpeech } from '../../protocol';
import { useEditing, useProblems } from './editor';
import { ChoiceField, ClockField } from './fields';
import classes from './Formats.module.css';
import { PlaceField } from './SpeechRow';
import { floorOf, usualBells } from './state';

const STROKES = [1, 2, 3, 4, 5];
const PERIODS = ['normal', 'pois', 'warning', 'overtime'] as const;

interface Props {
  speech: FormatSpeech;
  path: string;
  put: (next: Partial<FormatSpeech>) => void;
}

const put1 = <T,>(list: T[], index: number, next: Partial<T>): T[] =>
  list.map((each, at) => (at === index ? { ...each, ...next } : each));

/** Bells, periods and, where several speak, who else. */
export function SpeechDetail({ speech, path, put }: Props) {
  const { t } = useTranslation('formats');
  const { format } = useEditing();
  const { errorAt } = useProblems();
  const allowsPois =
    (format.poi.allowed || format.poi.is_optional) && floorOf(speech.kind) === 'one' && speech.kind !== 'reply';
  /** Halfway between the last one and the end, so that a new one is in its place. */
  const between = (times: number[]): number =>
    Math.floor((Math.max(0, ...times.filter((at) => at < speech.length_s)) + speech.length_s) / 2);
  const byBell = (bells: FormatSpeech['bells']) => [...bells].sort((a, b) => a.at_s - b.at_s);
  const byPeriod = (periods: FormatPeriod[]) => [...periods].sort((a, b) => a.from_s - b.from_s);
  return (
    <div className={classes.detail}>
      <div>
        <h4>{t('editor.bells')}</h4>
        {speech.bells.map((bell, index) => (
          <div key={index} className={classes.pair}>
            <ClockField
              label={t('editor.bellTime', { number: index + 1 })} hidesLabel path={`${path}.bells[${index}].at_s`} value={bell.at_s}
              onChange={(at_s) => put({ bells: byBell(put1(speech.bells, index, { at_s })) })}
            />
            <ChoiceField
              label={t('editor.bellStrokes', { number: index + 1 })} hidesLabel path={`${path}.bells[${index}].strokes`} value={bell.strokes}
              data={STROKES.map((count) => ({ value: `${count}`, label: t('strokes', { count }) }))}
              onChange={(event) =>
                put({ bells: put1(speech.bells, index, { strokes: Number(event.currentTarget.value) }) })
              }
            />
            <ActionIcon
              variant="subtle" c="dimmed" size={36} aria-label={t('editor.removeBell', { number: index + 1 })}
              onClick={() => put({ bells: speech.bells.filter((_, at) => at !== index) })}
            >
              <IconX size={16} />
            </ActionIcon>
          </div>
        ))}
        {errorAt(`${path}.bells`) && <p className={classes.error} role="alert">{errorAt(`${path}.bells`)}</p>}
        <Group gap="xs">
          <Button
            variant="subtle" size="compact-md" leftSection={<IconPlus size={16} />}
            onClick={() =>
              put({ bells: byBell([...speech.bells, { at_s: between(speech.bells.map((bell) => bell.at_s)), strokes: 1 }]) })
            }
          >
            {t('editor.addBell')}
          </Button>
          <Button variant="subtle" size="compact-md" onClick={() => put(usualBells(speech.length_s, allowsPois))}>
            {t('editor.usual')}
          </Button>
        </Group>
      </div>
      <div>
        <h4>{t('editor.periods')}</h4>
        {speech.periods.map((period, index) => (
          <div key={index} className={classes.pair}>
            <ClockField
              label={t('editor.periodTime', { number: index + 1 })} hidesLabel path={`${path}.periods[${index}].from_s`} value={period.from_s}
              onChange={(from_s) => put({ periods: byPeriod(put1(speech.periods, index, { from_s })) })}
            />
            <ChoiceField
              label={t('editor.periodKind', { number: index + 1 })} hidesLabel path={`${path}.periods[${index}].kind`} value={period.kind}
              data={PERIODS.map((value) => ({ value, label: t(`period.${value}`) }))}
              onChange={(event) =>
                put({ periods: put1(speech.periods, index, { kind: event.currentTarget.value as FormatPeriod['kind'] }) })
              }
            />
            <ActionIcon
              variant="subtle" c="dimmed" size={36} aria-label={t('editor.removePeriod', { number: index + 1 })}
              onClick={() => put({ periods: speech.periods.filter((_, at) => at !== index) })}
            >
              <IconX size={16} />
            </ActionIcon>
          </div>
        ))}
        {errorAt(`${path}.periods`) && <p className={classes.error} role="alert">{errorAt(`${path}.periods`)}</p>}
        <Button
          variant="subtle" size="compact-md" leftSection={<IconPlus size={16} />}
          onClick={() =>
            put({
              periods: byPeriod([
                ...speech.periods,
                { from_s: between(speech.periods.map((period) => period.from_s)), kind: 'normal' },
              ]),
            })
          }
        >
          {t('editor.addPeriod')}
        </Button>
      </div>
      {(speech.others.length > 0 || errorAt(`${path}.others`) || speech.kind === 'free' || speech.kind === 'questions') && (
        <div>
          {speech.others.map((place, index) => (
            <PlaceField
              key={index} hidesLabel={false} label={t(speech.kind === 'cross' ? 'editor.answers' : 'editor.also')}
              path={`${path}.others[${index}]`} place={place}
              onChange={(next) => put({ others: put1(speech.others, index, next) })}
            />
          ))}
          {errorAt(`${path}.others`) && <p className={classes.error} role="alert">{errorAt(`${path}.others`)}</p>}
          {speech.kind === 'questions' && (
            <ClockField
              label={t('editor.turnLimit')} path={`${path}.turn_limit_s`} value={speech.turn_limit_s}
              onChange={(turn_limit_s) => put({ turn_limit_s })}
            />
          )}
          {speech.kind === 'free' && (
            <Switch
              label={t('editor.balanced')} checked={speech.is_balanced}
              onChange={(event) => put({ is_balanced: event.currentTarget.checked })}
            />
          )}
        </div>
      )}
    </div>
  );
}
