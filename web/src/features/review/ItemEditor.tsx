import { ActionIcon, Button, Group, Radio, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { Item } from '../../protocol';
import classes from './ReviewPage.module.css';
import { keyOf, problemOf } from './state';

interface Props {
  item: Item;
  onSave: (stem: string, options: string[], key: number) => void;
  onCancel: () => void;
}

const MOST_OPTIONS = 6;

export function ItemEditor({ item, onSave, onCancel }: Props) {
  const { t } = useTranslation('review');
  const [stem, setStem] = useState(item.stem);
  const [options, setOptions] = useState(item.options.map((option) => option.text));
  const [key, setKey] = useState(Math.max(0, keyOf(item)));
  const [isTried, setTried] = useState(false);
  const problem = problemOf(stem, options, key);

  const submit = (event?: React.FormEvent): void => {
    event?.preventDefault();
    setTried(true);
    if (problem === null) onSave(stem.trim(), options.map((option) => option.trim()), key);
  };
  const remove = (index: number): void => {
    setOptions(options.filter((_, each) => each !== index));
    setKey(key === index ? 0 : key > index ? key - 1 : key);
  };
  return (
    <form
      className={classes.editor}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onCancel();
        }
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
      }}
    >
      <Textarea
        autosize
        minRows={2}
        maxLength={500}
        label={t('edit.stem')}
        value={stem}
        autoFocus
        onChange={(event) => setStem(event.currentTarget.value)}
        error={isTried && problem === 'stem' ? t('problem.stem') : undefined}
      />
      <Radio.Group
        label={t('edit.options')}
        description={t('edit.optionsHint')}
        value={String(key)}
        onChange={(value) => setKey(Number(value))}
      >
        <div className={classes.editOptions}>
          {options.map((option, index) => (
            <Group key={index} gap={8} wrap="nowrap">
              <Radio value={String(index)} aria-label={t('edit.key', { number: index + 1 })} />
              <TextInput
                flex={1}
                maxLength={200}
                value={option}
                aria-label={t('edit.option', { number: index + 1 })}
                onChange={(event) => {
                  const value = event.currentTarget.value;
                  setOptions(options.map((each, at) => (at === index ? value : each)));
                }}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                c="dimmed"
                size={36}
                disabled={options.length <= 2}
                aria-label={t('edit.remove', { number: index + 1 })}
                onClick={() => remove(index)}
              >
                <IconTrash size={17} />
              </ActionIcon>
            </Group>
          ))}
        </div>
      </Radio.Group>
      {options.length < MOST_OPTIONS && (
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={15} />}
          onClick={() => setOptions([...options, ''])}
        >
          {t('edit.add')}
        </Button>
      )}
      {isTried && problem !== null && problem !== 'stem' && (
        <p className={classes.problem} role="alert">{t(`problem.${problem}`)}</p>
      )}
      <Group gap="sm" mt="xs">
        <Button type="submit">{t('edit.save')}</Button>
        <Button variant="default" onClick={onCancel}>{t('edit.cancel')}</Button>
      </Group>
    </form>
  );
}
