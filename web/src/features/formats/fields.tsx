import { NativeSelect, type NativeSelectProps, NumberInput, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { FormatText } from '../../protocol';
import { useEditing, useProblems } from './editor';
import { clock, parseClock } from './state';

interface FieldProps {
  label: string;
  /** Where problems of this field are found, such as `sides[0].name`. */
  path: string;
  /** Where the label would only repeat the column's. */
  hidesLabel?: boolean;
}

const named = (label: string, hidesLabel = false) =>
  hidesLabel ? { 'aria-label': label } : { label };

/** A name in the language chosen above; the other one's stands in its place until written. */
export function NameField({
  label,
  path,
  hidesLabel,
  value,
  onChange,
  isLong = false,
}: FieldProps & { value: FormatText; onChange: (next: FormatText) => void; isLong?: boolean }) {
  const { language } = useEditing();
  const { errorAt } = useProblems();
  const Input = isLong ? Textarea : TextInput;
  return (
    <Input
      {...named(label, hidesLabel)}
      {...(isLong ? { rows: 2 } : {})}
      lang={language}
      value={value[language]}
      placeholder={value[language === 'en' ? 'de' : 'en']}
      error={errorAt(path) ?? errorAt(`${path}.${language}`)}
      onChange={(event) => onChange({ ...value, [language]: event.currentTarget.value })}
    />
  );
}

/** Minutes and seconds. What is typed counts on leaving the field or with Enter. */
export function ClockField({
  label,
  path,
  hidesLabel,
  value,
  onChange,
}: FieldProps & { value: number; onChange: (seconds: number) => void }) {
  const { t } = useTranslation('formats');
  const { errorAt } = useProblems();
  const [typed, setTyped] = useState<string | null>(null);
  const isBad = typed !== null && parseClock(typed) === null;
  const settle = (): void => {
    if (typed === null || isBad) return;
    const seconds = parseClock(typed);
    setTyped(null);
    if (seconds !== null && seconds !== value) onChange(seconds);
  };
  return (
    <TextInput
      {...named(label, hidesLabel)}
      inputMode="numeric"
      title={t('editor.lengthHint')}
      value={typed ?? clock(value)}
      error={isBad ? t('editor.badTime') : errorAt(path)}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key === 'Enter') settle();
        if (event.key === 'Escape') setTyped(null);
      }}
    />
  );
}

export function NumberField({
  label,
  path,
  hidesLabel,
  value,
  onChange,
  step = 1,
  isWhole = true,
}: FieldProps & {
  value: number;
  onChange: (value: number) => void;
  step?: number;
  isWhole?: boolean;
}) {
  const { errorAt } = useProblems();
  return (
    <NumberInput
      {...named(label, hidesLabel)}
      value={value}
      step={step}
      allowDecimal={!isWhole}
      error={errorAt(path)}
      onChange={(next) => {
        if (typeof next === 'number') onChange(next);
      }}
    />
  );
}

export function ChoiceField({
  label,
  path,
  hidesLabel,
  ...props
}: FieldProps & Pick<NativeSelectProps, 'data' | 'value' | 'onChange'>) {
  const { errorAt } = useProblems();
  return <NativeSelect {...named(label, hidesLabel)} error={errorAt(path)} {...props} />;
}
