import { ActionIcon } from '@mantine/core';
import { IconBell, IconBellOff } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createStore, useStore } from 'zustand';

import type { DebateView, SessionSnapshot } from '../../../protocol';
import { useClassroom } from '../context';
import { personOf } from '../selectors';
import { usePage, usePageStore } from '../store';
import { areBellsMuted, muteBells, ringBell } from './bells';
import {
  bellTimes,
  clockFace,
  debateFor,
  hasFloor,
  holdersOf,
  isBegun,
  isBehind,
  partOf,
  textOf,
} from './model';

const muted = createStore<{ isMuted: boolean }>()(() => ({ isMuted: areBellsMuted() }));

/** One's own ears only: the others hear their bells. */
export function BellSwitch() {
  const { t } = useTranslation('debate');
  const isMuted = useStore(muted, (state) => state.isMuted);
  const label = isMuted ? t('bell.unmute') : t('bell.mute');
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      c="var(--mantine-color-text)"
      size={32}
      aria-label={label}
      title={label}
      aria-pressed={isMuted}
      onClick={() => {
        muteBells(!isMuted);
        muted.setState({ isMuted: !isMuted });
        if (isMuted) ringBell(1);
      }}
    >
      {isMuted ? <IconBellOff size={18} /> : <IconBell size={18} />}
    </ActionIcon>
  );
}

export type Said =
  | { key: 'bell'; seconds: number; strokes: number }
  | { key: 'over'; strokes: number }
  | { key: 'speaks'; speech: string; names: string[] }
  | { key: 'pointOffered'; names: string[] }
  | { key: 'point'; names: string[] }
  | { key: 'lost'; names: string[] }
  | { key: 'partOver' }
  | { key: 'behind' }
  | { key: 'ballot' }
  | { key: 'revealed' };

/** What is worth saying aloud about the step from one state of the room's debate to the next. */
export function saidOf(
  session: SessionSnapshot,
  before: DebateView | undefined,
  after: DebateView | undefined,
  language: string,
): Said | null {
  if (!after || before?.debate_id !== after.debate_id || before === after) return null;
  const nameOf = (id: string) => personOf(session, id)?.name ?? '';
  if (after.ballot !== null && before.ballot !== after.ballot) return { key: 'ballot' };
  if (after.result !== null && before.result === null) return { key: 'revealed' };
  if (after.index === before.index && after.bells === before.bells + 1 && after.since_ms !== null) {
    const bell = bellTimes(after)[after.bells - 1];
    if (bell) {
      const left = clockFace(after, after.since_ms).lengthMs - bell.atMs;
      return left <= 0
        ? { key: 'over', strokes: bell.strokes }
        : { key: 'bell', seconds: Math.round(left / 1000), strokes: bell.strokes };
    }
  }
  if (after.point !== null && before.point !== after.point) {
    return { key: 'point', names: [nameOf(after.point)] };
  }
  if (after.halt === 'speaker_lost' && before.halt !== 'speaker_lost') {
    return { key: 'lost', names: holdersOf(after).map(nameOf) };
  }
  const part = partOf(after);
  const isNew = before.index !== after.index || !hasFloor(before) || before.turn !== after.turn;
  if (part && after.since_ms !== null && isNew && holdersOf(after).length > 0) {
    return {
      key: 'speaks',
      speech: textOf(part.name, language),
      names: holdersOf(after).map(nameOf),
    };
  }
  if (after.stage === 'running' && isBehind(after) && !isBehind(before)) return { key: 'behind' };
  if (after.is_over && !before.is_over) return { key: 'partOver' };
  const offered = after.points.filter((one) => !before.points.includes(one));
  if (offered.length > 0 && holdersOf(after).includes(session.me)) {
    return { key: 'pointOffered', names: offered.map(nameOf) };
  }
  return null;
}

function isWriting(): boolean {
  const focused = document.activeElement;
  return (
    (focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement) &&
    focused.value !== ''
  );
}

/** Sounds the bells of the own room's debate and says what happens in it, politely. */
export function Bells() {
  const { t, i18n } = useTranslation('debate');
  const store = usePageStore();
  const classroom = useClassroom();
  const session = usePage((state) => state.session);
  const before = useRef<DebateView | undefined>(undefined);
  const [said, setSaid] = useState('');
  const debate = session ? debateFor(session) : undefined;
  useEffect(() => {
    const now = store.getState().session;
    const old = before.current;
    before.current = debate;
    if (!now) return;
    // It comes forward when it begins or asks for ballots, but never takes a line away from who is writing it.
    const hasBegun = debate !== undefined && isBegun(debate) && (!old || !isBegun(old));
    const isAsked = debate?.ballot != null && old?.ballot !== debate.ballot;
    if ((hasBegun || isAsked) && !isWriting()) classroom.showDebate(true);
    const what = saidOf(now, old, debate, i18n.language);
    if (!what) return;
    setSaid(textFor(what, t, i18n.language));
  }, [classroom, debate, store, t, i18n.language]);
  const rung = usePage((state) => state.rung);
  const heard = useRef(rung.turn);
  useEffect(() => {
    if (rung.turn === heard.current) return;
    heard.current = rung.turn;
    const own = debate?.debate_id === rung.debateId;
    if (own && !muted.getState().isMuted) ringBell(rung.strokes);
  }, [debate, rung]);
  return (
    <div className="sr-only" aria-live="polite" data-testid="debate-announcer">
      {said}
    </div>
  );
}

type T = ReturnType<typeof useTranslation<'debate'>>['t'];

function textFor(said: Said, t: T, language: string): string {
  const list = (names: string[]) =>
    new Intl.ListFormat(language === 'qps' ? 'en' : language, { type: 'conjunction' }).format(names);
  switch (said.key) {
    case 'bell':
      return t('say.bell', { count: said.seconds });
    case 'speaks':
      return t('say.speaks', { names: list(said.names), speech: said.speech });
    case 'point':
    case 'pointOffered':
    case 'lost':
      return t(`say.${said.key}`, { names: list(said.names) });
    default:
      return t(`say.${said.key}`);
  }
}
