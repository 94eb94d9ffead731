import { ActionIcon, Button, Group, Stack, Switch } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import type { DebateFormat, FormatRange, FormatScoring, FormatVariant, TeamDecision } from '../../protocol';
import { Card } from '../../ui';
import { useEditing, useProblems } from './editor';
import { ChoiceField, ClockField, NameField, NumberField } from './fields';
import classes from './Formats.module.css';
import { freshId, speechesOf, textIn } from './state';

const TEAMS: TeamDecision[] = ['winner', 'ranks', 'none'];

export function TimesCard() {
  const { t } = useTranslation('formats');
  const { format, change } = useEditing();
  const { poi } = format;
  const pois = poi.is_optional ? (poi.allowed ? 'optionalOn' : 'optionalOff') : poi.allowed ? 'yes' : 'no';
  return (
    <Card component="section" aria-labelledby="edit-times" p="lg">
      <h2 id="edit-times" className={classes.heading}>{t('editor.times')}</h2>
      <div className={classes.columns}>
        <ClockField label={t('editor.prep')} path="prep_s" value={format.prep_s} onChange={(prep_s) => change({ ...format, prep_s })} />
        <ClockField label={t('editor.pool')} path="pool_s" value={format.pool_s} onChange={(pool_s) => change({ ...format, pool_s })} />
        <NumberField label={t('editor.grace')} path="grace_s" value={format.grace_s} onChange={(grace_s) => change({ ...format, grace_s })} />
        <ChoiceField
          label={t('editor.poi')} path="poi.allowed" value={pois}
          data={[
            { value: 'no', label: t('editor.poiNo') },
            { value: 'yes', label: t('editor.poiYes') },
            { value: 'optionalOff', label: t('editor.poiOptionalOff') },
            { value: 'optionalOn', label: t('editor.poiOptionalOn') },
          ]}
          onChange={(event) => {
            const value = event.currentTarget.value;
            change({
              ...format,
              poi: { ...poi, allowed: value === 'yes' || value === 'optionalOn', is_optional: value.startsWith('optional') },
            });
          }}
        />
        {pois !== 'no' && (
          <NumberField label={t('editor.poiLimit')} path="poi.limit_s" value={poi.limit_s} onChange={(limit_s) => change({ ...format, poi: { ...poi, limit_s } })} />
        )}
      </div>
    </Card>
  );
}

export function ScoringCard() {
  const { t } = useTranslation('formats');
  const { format, change, language } = useEditing();
  const { errorAt } = useProblems();
  const { scoring } = format;
  const put = (next: Partial<FormatScoring>): void => change({ ...format, scoring: { ...scoring, ...next } });
  const way = scoring.criteria.length > 0 ? 'criteria' : scoring.speaker ? 'range' : 'none';
  const criterion = () => ({
    id: freshId(scoring.criteria.map((each) => each.id), 'criterion-'),
    name: { en: 'Criterion', de: 'Kriterium' },
    range: { low: 0, high: 5, step: 1 },
  });
  const hasReply = speechesOf(format).some((speech) => speech.kind === 'reply');
  return (
    <Card component="section" aria-labelledby="edit-scoring" p="lg">
      <h2 id="edit-scoring" className={classes.heading}>{t('editor.scoring')}</h2>
      <Stack gap="md">
        <div className={classes.columns}>
          <ChoiceField
            label={t('editor.teams')} path="scoring.teams" value={scoring.teams}
            data={TEAMS.map((value) => ({ value, label: t(`teams.${value}`) }))}
            onChange={(event) => put({ teams: event.currentTarget.value as TeamDecision })}
          />
          <ChoiceField
            label={t('editor.speakerScores')} path="scoring.criteria" value={way}
            data={[
              { value: 'none', label: t('editor.scoreNone') },
              { value: 'range', label: t('editor.scoreRange') },
              { value: 'criteria', label: t('editor.scoreCriteria') },
            ]}
            onChange={(event) => {
              const value = event.currentTarget.value;
              put({
                speaker: value === 'range' ? { low: 60, high: 80, step: 1 } : null,
                criteria: value === 'criteria' ? [criterion()] : [],
              });
            }}
          />
        </div>
        {scoring.speaker && (
          <RangeFields
            range={scoring.speaker} path="scoring.speaker" of={(part) => t('editor.ofSpeaker', { part })}
            onChange={(speaker) => put({ speaker })}
          />
        )}
        {scoring.criteria.map((each, index) => {
          const name = textIn(each.name, language);
          const set = (next: Partial<typeof each>): void =>
            put({ criteria: scoring.criteria.map((old, at) => (at === index ? { ...old, ...next } : old)) });
          return (
            <Group key={each.id} align="flex-end" gap="xs">
              <div style={{ flex: '1 1 200px' }}>
                <NameField label={t('editor.criterion', { number: index + 1 })} path={`scoring.criteria[${index}].name`} value={each.name} onChange={(next) => set({ name: next })} />
              </div>
              <RangeFields
                range={each.range} path={`scoring.criteria[${index}].range`}
                of={(part) => t('editor.ofCriterion', { part, name })} onChange={(range) => set({ range })}
              />
              <ActionIcon variant="subtle" c="dimmed" size={36} aria-label={t('editor.removeCriterion', { name })} onClick={() => put({ criteria: scoring.criteria.filter((_, at) => at !== index) })}>
                <IconX size={16} />
              </ActionIcon>
            </Group>
          );
        })}
        {scoring.criteria.length > 0 && (
          <Group>
            <Button variant="subtle" size="compact-md" leftSection={<IconPlus size={16} />} onClick={() => put({ criteria: [...scoring.criteria, criterion()] })}>
              {t('editor.addCriterion')}
            </Button>
          </Group>
        )}
        {(hasReply || scoring.reply) && (
          <Switch
            label={t('editor.replyOwn')} checked={scoring.reply !== null} error={errorAt('scoring.reply')}
            onChange={(event) => put({ reply: event.currentTarget.checked ? { low: 30, high: 40, step: 0.5 } : null })}
          />
        )}
        {scoring.reply && (
          <RangeFields
            range={scoring.reply} path="scoring.reply" of={(part) => t('editor.ofReply', { part })}
            onChange={(reply) => put({ reply })}
          />
        )}
        <Switch label={t('editor.canTie')} checked={scoring.can_tie} onChange={(event) => put({ can_tie: event.currentTarget.checked })} />
        <Switch label={t('editor.lowPointWin')} checked={scoring.can_low_point_win} onChange={(event) => put({ can_low_point_win: event.currentTarget.checked })} />
        <Switch label={t('editor.optionalScores')} checked={scoring.is_optional} onChange={(event) => put({ is_optional: event.currentTarget.checked })} />
        <Switch label={t('editor.before')} checked={format.ballot_before} onChange={(event) => change({ ...format, ballot_before: event.currentTarget.checked })} />
        <Switch label={t('editor.after')} checked={format.ballot_after} onChange={(event) => change({ ...format, ballot_after: event.currentTarget.checked })} />
      </Stack>
    </Card>
  );
}

function RangeFields({
  range,
  path,
  of,
  onChange,
}: {
  range: FormatRange;
  path: string;
  of: (part: string) => string;
  onChange: (range: FormatRange) => void;
}) {
  const { t } = useTranslation('formats');
  return (
    <Group gap="xs" align="flex-start">
      {(['low', 'high', 'step'] as const).map((part) => (
        <div key={part} style={{ width: 150 }}>
          <NumberField
            label={of(t(`editor.${part}`))} path={`${path}.${part}`} value={range[part]}
            step={part === 'step' ? 0.5 : 1} isWhole={false}
            onChange={(value) => onChange({ ...range, [part]: value })}
          />
        </div>
      ))}
    </Group>
  );
}

export function VariantsCard() {
  const { t } = useTranslation('formats');
  const { format, change, language } = useEditing();
  const { errorAt } = useProblems();
  const speeches = speechesOf(format);
  const set = (index: number, next: FormatVariant): void =>
    change({ ...format, variants: format.variants.map((old, at) => (at === index ? next : old)) });
  const added = (): DebateFormat => ({
    ...format,
    variants: [
      ...format.variants,
      {
        id: freshId(format.variants.map((each) => each.id), 'variant-'),
        name: { en: 'Variant', de: 'Variante' },
        lengths: {},
      },
    ],
  });
  return (
    <Card component="section" aria-labelledby="edit-variants" p="lg">
      <h2 id="edit-variants" className={classes.heading} style={{ marginBottom: 4 }}>{t('editor.variants')}</h2>
      <p style={{ margin: '0 0 14px', color: 'var(--mantine-color-dimmed)', fontSize: 14 }}>{t('editor.variantsHint')}</p>
      <Stack gap="md">
        {format.variants.map((variant, index) => {
          const name = textIn(variant.name, language);
          const path = `variants[${index}]`;
          const rest = speeches.filter((speech) => !(speech.id in variant.lengths));
          return (
            <fieldset key={variant.id} className={classes.sideBox}>
              <legend className="sr-only">{name}</legend>
              <Group align="flex-end" gap="xs" mb="sm" wrap="nowrap">
                <div style={{ flex: 1 }}>
                  <NameField label={t('editor.variantName', { number: index + 1 })} path={`${path}.name`} value={variant.name} onChange={(next) => set(index, { ...variant, name: next })} />
                </div>
                <ActionIcon
                  variant="subtle" c="dimmed" size={36} aria-label={t('editor.removeVariant', { name })}
                  onClick={() => change({ ...format, variants: format.variants.filter((_, at) => at !== index) })}
                >
                  <IconX size={16} />
                </ActionIcon>
              </Group>
              {Object.entries(variant.lengths).map(([id, length_s]) => {
                const speech = speeches.find((each) => each.id === id);
                const speechName = speech ? textIn(speech.name, language) : id;
                return (
                  <div key={id} className={classes.pair}>
                    <ClockField
                      label={t('editor.variantSpeech', { name: speechName })} hidesLabel path={`${path}.lengths.${id}`} value={length_s}
                      onChange={(seconds) => set(index, { ...variant, lengths: { ...variant.lengths, [id]: seconds } })}
                    />
                    <span style={{ paddingTop: 8 }}>{speechName}</span>
                    <ActionIcon
                      variant="subtle" c="dimmed" size={36} aria-label={t('editor.removeLength', { name: speechName })}
                      onClick={() =>
                        set(index, {
                          ...variant,
                          lengths: Object.fromEntries(Object.entries(variant.lengths).filter(([each]) => each !== id)),
                        })
                      }
                    >
                      <IconX size={16} />
                    </ActionIcon>
                  </div>
                );
              })}
              {rest.length > 0 && (
                <ChoiceField
                  label={t('editor.addLength')} path={`${path}.lengths`} value=""
                  data={[
                    { value: '', label: t('editor.choose') },
                    ...rest.map((speech) => ({ value: speech.id, label: textIn(speech.name, language) })),
                  ]}
                  onChange={(event) => {
                    const speech = rest.find((each) => each.id === event.currentTarget.value);
                    if (speech) set(index, { ...variant, lengths: { ...variant.lengths, [speech.id]: speech.length_s } });
                  }}
                />
              )}
            </fieldset>
          );
        })}
        {errorAt('variants') && <p className={classes.error} role="alert">{errorAt('variants')}</p>}
        <Group>
          <Button variant="subtle" size="compact-md" leftSection={<IconPlus size={16} />} onClick={() => change(added())}>
            {t('editor.addVariant')}
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}
