import { ActionIcon } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconBell, IconGripVertical, IconTrash } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { FormatPlace, FormatSpeech, SpeechKind } from '../../protocol';
import { useEditing, useProblems } from './editor';
import { ChoiceField, ClockField, NameField } from './fields';
import classes from './Formats.module.css';
import { SpeechDetail } from './SpeechDetail';
import { floorOf, KINDS, lasting, ofKind, removeSpeech, textIn, type Where, withSpeech } from './state';
import { useFormatWords } from './words';

interface Props {
  speech: FormatSpeech;
  at: Where;
  number: number;
  isDragged: boolean;
  isOver: boolean;
  takesFocus: boolean;
  onFocused: () => void;
  onStep: (by: -1 | 1) => void;
  canStep: (by: -1 | 1) => boolean;
  onDrag: (at: Where | null) => void;
  onOver: () => void;
  onDrop: () => void;
}

export function SpeechRow({
  speech, at, number, isDragged, isOver, takesFocus, onFocused, onStep, canStep, onDrag, onOver, onDrop,
}: Props) {
  const { t } = useTranslation('formats');
  const { format, change, language } = useEditing();
  const { isWrong, errorAt } = useProblems();
  const [isOpen, setOpen] = useState(false);
  const handle = useRef<HTMLButtonElement>(null);
  const path = `phases[${at.phase}].speeches[${at.speech}]`;
  const name = textIn(speech.name, language);
  const put = (next: Partial<FormatSpeech>): void => change(withSpeech(format, at, next));
  const isShut = ['bells', 'periods', 'others'].some((part) => isWrong(`${path}.${part}`));

  useEffect(() => {
    if (!takesFocus) return;
    handle.current?.focus();
    onFocused();
  }, [takesFocus, onFocused]);
  // What is wrong must be in sight.
  useEffect(() => {
    if (isShut) setOpen(true);
  }, [isShut]);

  return (
    <div
      className={classes.row}
      role="group"
      aria-label={name}
      data-speech={speech.id}
      data-dragged={isDragged || undefined}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        onOver();
      }}
      onDrop={(event) => {
        event.preventDefault();
        onDrop();
      }}
    >
      <div className={classes.main}>
        <button
          ref={handle}
          type="button"
          className={classes.handle}
          draggable
          aria-label={t('editor.drag', { name })}
          onDragStart={(event) => {
            event.dataTransfer.effectAllowed = 'move';
            event.dataTransfer.setData('text/plain', speech.id);
            onDrag(at);
          }}
          onDragEnd={() => onDrag(null)}
          onKeyDown={(event) => {
            if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
            event.preventDefault();
            onStep(event.key === 'ArrowUp' ? -1 : 1);
          }}
        >
          <IconGripVertical size={18} aria-hidden />
        </button>
        <div className={classes.wide}>
          <NameField
            label={t('editor.speechName', { number })} hidesLabel path={`${path}.name`} value={speech.name}
            onChange={(next) => put({ name: next })}
          />
        </div>
        <div className={classes.wide}>
          <ChoiceField
            label={`${t('editor.kind')}: ${name}`} hidesLabel path={`${path}.kind`} value={speech.kind}
            data={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
            onChange={(event) => put(ofKind(format, speech, event.currentTarget.value as SpeechKind))}
          />
        </div>
        <div className={classes.wide}>
          {floorOf(speech.kind) === 'queue' ? (
            <span style={{ display: 'block', padding: '8px 4px', fontSize: 14 }}>{t('anyone')}</span>
          ) : (
            <PlaceField
              label={`${t('editor.who')}: ${name}`} path={path}
              place={{ side: speech.side ?? '', seat: speech.seat }}
              onChange={(place) => put({ side: place.side, seat: place.seat })}
            />
          )}
        </div>
        <ClockField
          label={`${t('editor.length')}: ${name}`} hidesLabel path={`${path}.length_s`} value={speech.length_s}
          onChange={(seconds) => put(lasting(speech, seconds))}
        />
        <div className={classes.tools}>
          <ActionIcon
            variant={isOpen ? 'light' : 'subtle'} size={36} aria-expanded={isOpen} aria-label={t('editor.more', { name })}
            onClick={() => setOpen(!isOpen)}
          >
            <IconBell size={17} />
          </ActionIcon>
          <ActionIcon variant="subtle" size={36} disabled={!canStep(-1)} aria-label={t('editor.up', { name })} onClick={() => onStep(-1)}>
            <IconArrowUp size={17} />
          </ActionIcon>
          <ActionIcon variant="subtle" size={36} disabled={!canStep(1)} aria-label={t('editor.down', { name })} onClick={() => onStep(1)}>
            <IconArrowDown size={17} />
          </ActionIcon>
          <ActionIcon variant="subtle" c="var(--rp-bad-text)" size={36} aria-label={t('editor.removeSpeech', { name })} onClick={() => change(removeSpeech(format, at))}>
            <IconTrash size={17} />
          </ActionIcon>
        </div>
      </div>
      {errorAt(`${path}.id`) && <p className={classes.error} role="alert">{errorAt(`${path}.id`)}</p>}
      {isOpen && <SpeechDetail speech={speech} path={path} put={put} />}
    </div>
  );
}

const CHOOSES = '*';

/** A side with a seat, or with none: the side then chooses. */
export function PlaceField({
  label,
  path,
  place,
  onChange,
  hidesLabel = true,
}: {
  label: string;
  path: string;
  place: FormatPlace;
  onChange: (place: FormatPlace) => void;
  hidesLabel?: boolean;
}) {
  const { format } = useEditing();
  const { errorAt } = useProblems();
  const { placeName } = useFormatWords();
  const places: FormatPlace[] = format.sides.flatMap((side) => [
    ...side.seats.map((seat) => ({ side: side.id, seat: seat.id })),
    { side: side.id, seat: null },
  ]);
  const key = (each: FormatPlace): string => `${each.side}:${each.seat ?? CHOOSES}`;
  const known = places.map((each) => ({ value: key(each), label: placeName(format, each) }));
  const value = key(place);
  const data = known.some((each) => each.value === value) ? known : [{ value, label: '–' }, ...known];
  const wrong = errorAt(`${path}.side`) ? `${path}.side` : `${path}.seat`;
  return (
    <ChoiceField
      label={label} hidesLabel={hidesLabel} path={wrong} value={value} data={data}
      onChange={(event) => {
        const chosen = places.find((each) => key(each) === event.currentTarget.value);
        if (chosen) onChange(chosen);
      }}
    />
  );
}
