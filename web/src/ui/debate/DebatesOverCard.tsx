import { Group, Text, Title } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';

import type { DebateOver, OverNote, OverSide } from '../../protocol';
import { http } from '../../transport/http';
import type { Resource } from '../../transport/resource';
import { Card } from '../Card';
import { ConfirmButton } from '../ConfirmButton';
import { ErrorState, useErrorText } from '../States';
import { toast } from '../toast';
import { DebateResults, type ResultSide, SideName } from './DebateResults';
import classes from './debate_results.module.css';
import type { DebateResult } from './result';

interface Props {
  sessionId: string;
  debates: Resource<DebateOver[]>;
}

/** What the debates of a class came to. Facilitators reveal here what they did not in class. */
export function DebatesOverCard({ sessionId, debates }: Props) {
  const { t } = useTranslation('debate');
  const { data, error, reload, set } = debates;
  // Where nothing was debated there is nothing to say, not that it failed either.
  if (data === null) {
    if (!error || [0, 401, 403, 404].includes(error.status)) return null;
    return <ErrorState error={error} onRetry={reload} />;
  }
  if (data.length === 0) return null;
  const change = (changed: DebateOver): void =>
    set((old) =>
      (old ?? []).map((one) => (one.debate_id === changed.debate_id ? changed : one)),
    );
  return (
    <Card component="section" aria-label={t('over.title')} data-testid="debates-over">
      <Title order={2} size="h4" mb="xs">
        {t('over.title')}
      </Title>
      {data.map((one) => (
        <Debate key={one.debate_id} debate={one} sessionId={sessionId} onChange={change} />
      ))}
    </Card>
  );
}

interface DebateProps {
  debate: DebateOver;
  sessionId: string;
  onChange: (changed: DebateOver) => void;
}

function Debate({ debate, sessionId, onChange }: DebateProps) {
  const { t, i18n } = useTranslation('debate');
  const errorText = useErrorText();
  const title = useId();
  const sides = debate.sides.map((one) => named(one, i18n.language));
  const { unrevealed } = debate;
  const ask = async (what: 'reveal' | 'open-notes') => {
    const path = `/sessions/${sessionId}/debates/${debate.debate_id}/${what}`;
    try {
      onChange(await http.post<DebateOver>(path));
      toast(t(what === 'reveal' ? 'over.revealed' : 'over.notesOpened'), { tone: 'good' });
    } catch (reason) {
      toast(errorText(reason), { tone: 'bad' });
    }
  };
  return (
    <section className={classes.debate} aria-labelledby={title}>
      <h3 className={classes.motion} id={title}>
        {debate.motion}
      </h3>
      {debate.result ? (
        <DebateResults
          result={debate.result as unknown as DebateResult}
          sides={sides}
          nameOf={(id) => debate.names[id] ?? ''}
        />
      ) : (
        <Text size="sm" c="dimmed">
          {unrevealed ? counted(t, unrevealed) : t('result.hidden')}
        </Text>
      )}
      {unrevealed && (unrevealed.can_reveal || unrevealed.can_open) && (
        <Group gap="xs" mt="xs">
          {unrevealed.can_reveal && (
            <ConfirmButton
              size="xs"
              title={t('over.revealTitle')}
              body={t('over.revealBody')}
              confirmLabel={t('result.reveal')}
              onConfirm={() => ask('reveal')}
            >
              {t('result.reveal')}
            </ConfirmButton>
          )}
          {unrevealed.can_open && (
            <ConfirmButton
              size="xs"
              variant="default"
              title={t('over.notesTitle')}
              body={[
                unrevealed.notes > 0 ? t('over.notesBody', { count: unrevealed.notes }) : '',
                t('over.huddles'),
              ].join(' ')}
              confirmLabel={t('notes.open')}
              onConfirm={() => ask('open-notes')}
            >
              {t('notes.open')}
            </ConfirmButton>
          )}
        </Group>
      )}
      {debate.notes.length > 0 && <Notes debate={debate} sides={sides} />}
    </section>
  );
}

const named = (one: OverSide, language: string): ResultSide => ({
  side: one.side,
  name: language.startsWith('de') ? one.name_de : one.name_en,
  stance: one.stance,
});

type Words = ReturnType<typeof useTranslation<'debate'>>['t'];

function counted(t: Words, unrevealed: NonNullable<DebateOver['unrevealed']>): string {
  const { voted, sheets, adjudicators } = unrevealed;
  return [
    t('over.hidden'),
    t('over.voted', { before: voted.before ?? 0, after: voted.after ?? 0 }),
    adjudicators > 0 ? t('over.sheets', { sheets, adjudicators }) : '',
  ]
    .filter((one) => one !== '')
    .join(' ');
}

function Notes({ debate, sides }: { debate: DebateOver; sides: ResultSide[] }) {
  const { t } = useTranslation('debate');
  const title = debate.are_notes_open ? t('notes.titleOpen') : t('over.ownNotes');
  return (
    <section aria-label={title}>
      <Text fw={650} size="sm" mt="sm">
        {title}
      </Text>
      <ul className={classes.notes}>
        {debate.notes.map((note: OverNote) => (
          <li key={note.note_id}>
            <SideName sides={sides} side={note.side} /> {debate.names[note.participant_id] ?? ''}:{' '}
            {note.text}
          </li>
        ))}
      </ul>
    </section>
  );
}
