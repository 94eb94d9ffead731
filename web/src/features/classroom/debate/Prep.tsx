import { Button, Textarea } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../../i18n';
import type { DebateView } from '../../../protocol';
import { isFacilitator } from '../selectors';
import { useSession } from '../store';
import classes from './prep.module.css';
import shared from './parts.module.css';
import { formOf, isBehind, isBetween, isChair, poolLeftMs, sideNamed, sideOf } from './model';
import { Heading, SideName, useName, useNow, useSend, useText } from './parts';

/** Preparation that sides draw on between speeches. */
export function Pools({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const text = useText();
  const now = useNow(debate.pool_since_ms !== null, 250);
  const session = useSession((state) => state);
  const form = formOf(debate);
  if (form.pool_s === 0 || debate.stage !== 'running' || isBehind(debate)) return null;
  const own = sideOf(debate, session.me);
  const chairs = isChair(session, debate);
  const debate_id = debate.debate_id;
  return (
    <section aria-label={t('pool.title')}>
      <Heading>{t('pool.title')}</Heading>
      {form.sides.map((side) => {
        const left = poolLeftMs(debate, side.id, now);
        const isOn = debate.pool_side === side.id;
        const may = chairs || own === side.id;
        return (
          <div key={side.id} className={shared.share} data-stance={side.stance}>
            <div className={shared.shareText}>
              <SideName debate={debate} side={side.id} />
              <span>
                {isOn ? t('pool.on', { time: formatClock(left) }) : t('pool.left', { time: formatClock(left) })}
                {may && isOn && (
                  <Button
                    ml={8}
                    size="compact-xs"
                    onClick={() => void send({ type: 'end_prep', debate_id })}
                  >
                    {t('pool.end')}
                  </Button>
                )}
                {may && !isOn && (
                  <Button
                    ml={8}
                    size="compact-xs"
                    variant="light"
                    disabled={!isBetween(debate) || debate.pool_side !== null || left === 0}
                    aria-label={t('pool.useSide', { side: text(side.name) })}
                    onClick={() => void send({ type: 'use_prep', debate_id, side: side.id })}
                  >
                    {t('pool.use')}
                  </Button>
                )}
              </span>
            </div>
            <div className={shared.track} aria-hidden>
              <span style={{ width: `${(100 * left) / Math.max(1, form.pool_s * 1000)}%` }} />
            </div>
          </div>
        );
      })}
    </section>
  );
}

/** A side's notes: its own until a facilitator opens them. */
export function Notes({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const name = useName();
  const text = useText();
  const session = useSession((state) => state);
  const [draft, setDraft] = useState('');
  const own = sideNamed(formOf(debate), sideOf(debate, session.me));
  const mayOpen = isFacilitator(session) && debate.stage !== 'planned';
  const mayWrite = own !== undefined && !debate.are_notes_open && debate.stage !== 'ended';
  function write(event: FormEvent) {
    event.preventDefault();
    const line = draft.trim();
    if (line === '') return;
    setDraft('');
    void send({ type: 'write_note', debate_id: debate.debate_id, text: line }).then((isSent) => {
      if (!isSent) setDraft((now) => now || line);
    });
  }
  if (!own && !debate.are_notes_open && !mayOpen) return null;
  return (
    <section aria-label={t('notes.title')}>
      <Heading>
        {debate.are_notes_open
          ? t('notes.titleOpen')
          : own
            ? t('notes.titleSide', { side: text(own.name) })
            : t('notes.title')}
      </Heading>
      {own && !debate.are_notes_open && (
        <div className={shared.note}>
          <IconLock size={13} aria-hidden /> {t('notes.private', { side: text(own.name) })}
        </div>
      )}
      <ul className={classes.notes}>
        {debate.notes.map((note) => (
          <li key={note.note_id}>
            {debate.are_notes_open && <SideName debate={debate} side={note.side} />} {note.text}
            <span className={shared.note}> {name(note.participant_id)}</span>
          </li>
        ))}
      </ul>
      {debate.notes.length === 0 && (own || debate.are_notes_open) && (
        <div className={shared.hint}>{t('notes.empty')}</div>
      )}
      {mayWrite && (
        <form onSubmit={write} className={classes.noteForm}>
          <Textarea
            autosize
            minRows={1}
            maxRows={5}
            flex={1}
            maxLength={2000}
            value={draft}
            placeholder={t('notes.placeholder')}
            aria-label={t('notes.placeholder')}
            onChange={(event) => setDraft(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
                write(event);
              }
            }}
          />
          <Button type="submit" variant="light">
            {t('notes.add')}
          </Button>
        </form>
      )}
      {mayOpen && !debate.are_notes_open && (
        <Button
          mt={6}
          size="compact-sm"
          variant="light"
          onClick={() => void send({ type: 'open_notes', debate_id: debate.debate_id })}
        >
          {t('notes.open')}
        </Button>
      )}
    </section>
  );
}
