import { ActionIcon, Button, Group } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Card } from '../../ui';
import { useEditing, useProblems } from './editor';
import { NameField } from './fields';
import classes from './Formats.module.css';
import { SpeechRow } from './SpeechRow';
import { addPhase, addSpeech, moveSpeech, removePhase, step, textIn, type Where, withPhase } from './state';

/** Phases with their speeches, moved by handle, by buttons and with Alt and the arrow keys. */
export function SpeechesCard() {
  const { t } = useTranslation('formats');
  const { format, change, language } = useEditing();
  const { errorAt } = useProblems();
  const [dragged, setDragged] = useState<Where | null>(null);
  const [over, setOver] = useState<Where | null>(null);
  const [told, setTold] = useState('');
  const [focusId, setFocusId] = useState<string | null>(null);

  const move = (from: Where, to: Where | null): void => {
    const speech = format.phases[from.phase]?.speeches[from.speech];
    if (!to || !speech) return;
    change(moveSpeech(format, from, to));
    const before = format.phases.slice(0, to.phase).reduce((sum, phase) => sum + phase.speeches.length, 0);
    const number = before + to.speech + 1 - (from.phase < to.phase ? 1 : 0);
    setTold(t('editor.moved', { name: textIn(speech.name, language), number }));
    setFocusId(speech.id);
  };
  const drop = (target: Where): void => {
    if (dragged) {
      const isLater = dragged.phase === target.phase && dragged.speech < target.speech;
      move(dragged, { ...target, speech: target.speech - (isLater ? 1 : 0) });
    }
    setDragged(null);
    setOver(null);
  };
  const same = (one: Where | null, phase: number, speech: number): boolean =>
    one !== null && one.phase === phase && one.speech === speech;

  let number = 0;
  return (
    <Card component="section" aria-labelledby="edit-speeches" p="lg">
      <h2 id="edit-speeches" className={classes.heading} style={{ marginBottom: 4 }}>
        {t('editor.speeches')}
      </h2>
      <p style={{ margin: '0 0 14px', color: 'var(--mantine-color-dimmed)', fontSize: 14 }}>
        {t('editor.speechesHint')}
      </p>
      <div className="sr-only" role="status">{told}</div>
      {errorAt('phases') && <p className={classes.error} role="alert">{errorAt('phases')}</p>}
      {format.phases.map((phase, index) => {
        const name = textIn(phase.name, language);
        return (
          <section key={phase.id} aria-label={name} style={{ marginBottom: 22 }}>
            <Group gap="xs" mb={8} wrap="nowrap" align="flex-end">
              <div style={{ flex: '0 1 320px' }}>
                <NameField
                  label={t('editor.phaseName', { number: index + 1 })} path={`phases[${index}].name`} value={phase.name}
                  onChange={(next) => change(withPhase(format, index, { ...phase, name: next }))}
                />
              </div>
              {format.phases.length > 1 && (
                <ActionIcon
                  variant="subtle" color="gray" c="dimmed" size={36} aria-label={t('editor.removePhase', { name })}
                  onClick={() => change(removePhase(format, index))}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              )}
            </Group>
            {phase.speeches.map((speech, place) => {
              number += 1;
              const at = { phase: index, speech: place };
              return (
                <SpeechRow
                  key={speech.id}
                  speech={speech}
                  at={at}
                  number={number}
                  isDragged={same(dragged, index, place)}
                  isOver={same(over, index, place)}
                  takesFocus={focusId === speech.id}
                  onFocused={() => setFocusId(null)}
                  onStep={(by) => move(at, step(format, at, by))}
                  canStep={(by) => step(format, at, by) !== null}
                  onDrag={setDragged}
                  onOver={() => dragged && setOver(at)}
                  onDrop={() => drop(at)}
                />
              );
            })}
            {errorAt(`phases[${index}].speeches`) && (
              <p className={classes.error} role="alert">{errorAt(`phases[${index}].speeches`)}</p>
            )}
            <div
              className={classes.row}
              data-over={same(over, index, phase.speeches.length) || undefined}
              onDragOver={(event) => {
                if (!dragged) return;
                event.preventDefault();
                setOver({ phase: index, speech: phase.speeches.length });
              }}
              onDrop={(event) => {
                event.preventDefault();
                drop({ phase: index, speech: phase.speeches.length });
              }}
            >
              <Button
                variant="subtle" size="compact-md" leftSection={<IconPlus size={16} />}
                aria-label={t('editor.addSpeechTo', { phase: name })} onClick={() => change(addSpeech(format, index))}
              >
                {t('editor.addSpeech')}
              </Button>
            </div>
          </section>
        );
      })}
      <Button variant="default" size="compact-md" leftSection={<IconPlus size={16} />} onClick={() => change(addPhase(format))}>
        {t('editor.addPhase')}
      </Button>
    </Card>
  );
}
