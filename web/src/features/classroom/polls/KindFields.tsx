import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Select,
  Stack,
  Switch,
  TextInput,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { LONGEST, MOST_OPTIONS, type PollDraft } from './kinds';
import classes from './Polls.module.css';

interface Props {
  draft: PollDraft;
  onChange: (part: Partial<PollDraft>) => void;
}

const replaced = (texts: string[], at: number, text: string): string[] => {
  const long =
    at < texts.length ? texts : [...texts, ...Array<string>(at + 1 - texts.length).fill('')];
  return long.map((old, index) => (index === at ? text : old));
};

/** The part of the form that differs from kind to kind. */
export function KindFields(props: Props) {
  switch (props.draft.kind) {
    case 'single':
    case 'multiple':
    case 'ranking':
      return <Options {...props} />;
    case 'true_false':
      return <TrueFalse {...props} />;
    case 'matching':
      return <Pairs {...props} />;
    case 'rating':
    case 'numeric':
      return <Scale {...props} />;
    case 'word_cloud':
      return <Words {...props} />;
    default:
      return null;
  }
}

function Options({ draft, onChange }: Props) {
  const { t } = useTranslation('classroom');
  const { t: polls } = useTranslation('polls');
  const isMultiple = draft.kind === 'multiple';
  const { options, keys } = draft;
  return (
    <>
      {options.map((option, index) => (
        <Group key={index} gap={6} wrap="nowrap" align="flex-end">
          {isMultiple && (
            <Checkbox
              mb={8}
              aria-label={polls('form.isRight', { number: index + 1 })}
              checked={keys.includes(index)}
              onChange={(event) =>
                onChange({
                  keys: event.currentTarget.checked
                    ? [...keys, index]
                    : keys.filter((key) => key !== index),
                })
              }
            />
          )}
          <TextInput
            flex={1}
            label={t('poll.option', { number: index + 1 })}
            value={option}
            maxLength={LONGEST}
            onChange={(event) =>
              onChange({
                options: replaced(options, index, event.currentTarget.value),
              })
            }
          />
          {options.length > 2 && (
            <ActionIcon
              variant="subtle"
              color="gray"
              c="var(--mantine-color-text)"
              size={36}
              aria-label={t('poll.removeOption', { number: index + 1 })}
              onClick={() =>
                onChange({
                  options: options.filter((_, at) => at !== index),
                  keys: keys.flatMap((key) =>
                    key === index ? [] : key > index ? [key - 1] : [key],
                  ),
                })
              }
            >
              <IconTrash size={17} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {options.length < MOST_OPTIONS && (
        <Button
          variant="subtle"
          leftSection={<IconPlus size={16} />}
          onClick={() => onChange({ options: [...options, ''] })}
        >
          {t('poll.addOption')}
        </Button>
      )}
      {isMultiple && <span className={classes.note}>{polls('form.rightHint')}</span>}
      {draft.kind === 'single' && <Key draft={draft} onChange={onChange} />}
      {draft.kind === 'ranking' && (
        <Switch
          label={polls('form.asWrittenOrder')}
          description={polls('form.asWrittenHint')}
          checked={draft.isAsWritten}
          onChange={(event) => onChange({ isAsWritten: event.currentTarget.checked })}
        />
      )}
    </>
  );
}

function Key({ draft, onChange }: Props) {
  const { t } = useTranslation('classroom');
  return (
    <Select
      label={t('poll.key')}
      value={draft.keys[0] === undefined ? '' : String(draft.keys[0])}
      allowDeselect={false}
      data={[
        { value: '', label: t('poll.keyNone') },
        ...draft.options.map((option, index) => ({
          value: String(index),
          label: option.trim() || t('poll.option', { number: index + 1 }),
        })),
      ]}
      onChange={(value) => onChange({ keys: value ? [Number(value)] : [] })}
    />
  );
}

function TrueFalse({ draft, onChange }: Props) {
  const { t } = useTranslation('classroom');
  return (
    <>
      {draft.options.slice(0, 2).map((option, index) => (
        <TextInput
          key={index}
          label={t('poll.option', { number: index + 1 })}
          value={option}
          maxLength={LONGEST}
          onChange={(event) =>
            onChange({
              options: replaced(draft.options, index, event.currentTarget.value),
            })
          }
        />
      ))}
      <Key draft={draft} onChange={onChange} />
    </>
  );
}

function Pairs({ draft, onChange }: Props) {
  const { t: polls } = useTranslation('polls');
  const { options, targets } = draft;
  const extra = targets.slice(options.length);
  return (
    <fieldset style={{ margin: 0, padding: 0, border: 0, minWidth: 0 }}>
      <legend className="sr-only">{polls('form.pairs')}</legend>
      <Stack gap="xs">
        {options.map((option, index) => (
          <Group key={index} gap={6} wrap="nowrap" align="flex-end">
            <TextInput
              flex={1}
              label={polls('form.left', { number: index + 1 })}
              value={option}
              maxLength={LONGEST}
              onChange={(event) =>
                onChange({
                  options: replaced(options, index, event.currentTarget.value),
                })
              }
            />
            <TextInput
              flex={1}
              label={polls('form.right', { number: index + 1 })}
              value={targets[index] ?? ''}
              maxLength={LONGEST}
              onChange={(event) =>
                onChange({
                  targets: replaced(targets, index, event.currentTarget.value),
                })
              }
            />
            {options.length > 2 && (
              <ActionIcon
                variant="subtle"
                color="gray"
                c="var(--mantine-color-text)"
                size={36}
                aria-label={polls('form.removePair', { number: index + 1 })}
                onClick={() =>
                  onChange({
                    options: options.filter((_, at) => at !== index),
                    targets: targets.filter((_, at) => at !== index),
                  })
                }
              >
                <IconTrash size={17} />
              </ActionIcon>
            )}
          </Group>
        ))}
        {extra.map((target, index) => (
          <TextInput
            key={options.length + index}
            label={polls('form.extra', { number: index + 1 })}
            value={target}
            maxLength={LONGEST}
            onChange={(event) =>
              onChange({
                targets: replaced(targets, options.length + index, event.currentTarget.value),
              })
            }
          />
        ))}
        <Group gap="xs">
          {options.length < MOST_OPTIONS && targets.length < MOST_OPTIONS && (
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<IconPlus size={16} />}
              onClick={() =>
                onChange({
                  options: [...options, ''],
                  targets: [
                    ...replaced(
                      targets,
                      options.length - 1,
                      targets[options.length - 1] ?? '',
                    ).slice(0, options.length),
                    '',
                    ...extra,
                  ],
                })
              }
            >
              {polls('form.addPair')}
            </Button>
          )}
          {targets.length < MOST_OPTIONS && (
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<IconPlus size={16} />}
              onClick={() => onChange({ targets: [...targets, ''] })}
            >
              {polls('form.addExtra')}
            </Button>
          )}
        </Group>
        <Switch
          label={polls('form.asWrittenPairs')}
          description={polls('form.asWrittenHint')}
          checked={draft.isAsWritten}
          onChange={(event) => onChange({ isAsWritten: event.currentTarget.checked })}
        />
      </Stack>
    </fieldset>
  );
}

function Scale({ draft, onChange }: Props) {
  const { t: polls } = useTranslation('polls');
  const isRating = draft.kind === 'rating';
  const field = (name: 'low' | 'high' | 'rightNumber' | 'tolerance', placeholder?: string) => (
    <TextInput
      flex={1}
      label={polls(`form.${name}`)}
      value={draft[name]}
      inputMode="decimal"
      maxLength={16}
      placeholder={placeholder}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  );
  const label = (name: 'lowLabel' | 'highLabel' | 'unit') => (
    <TextInput
      flex={1}
      label={polls(`form.${name}`)}
      value={draft[name]}
      maxLength={40}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <>
      <Group gap="xs" grow wrap="nowrap">
        {field('low', isRating ? '1' : undefined)}
        {field('high', isRating ? '5' : undefined)}
      </Group>
      {isRating ? (
        <Group gap="xs" grow wrap="nowrap">
          {label('lowLabel')}
          {label('highLabel')}
        </Group>
      ) : (
        <>
          <span className={classes.note}>{polls('form.range')}</span>
          {label('unit')}
          <Group gap="xs" grow wrap="nowrap">
            {field('rightNumber')}
            {field('tolerance')}
          </Group>
        </>
      )}
    </>
  );
}

function Words({ draft, onChange }: Props) {
  const { t: polls } = useTranslation('polls');
  return (
    <Select
      label={polls('form.words')}
      value={String(draft.words)}
      allowDeselect={false}
      data={['1', '2', '3', '4', '5']}
      onChange={(value) => onChange({ words: Number(value ?? 1) })}
    />
  );
}
