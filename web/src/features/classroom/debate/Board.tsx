import { useTranslation } from 'react-i18next';

import type { DebateView } from '../../../protocol';
import { Dialog } from '../../../ui/Dialog';
import { useSession } from '../store';
import { toneOf } from './ClockCard';
import classes from './board.module.css';
import shared from './parts.module.css';
import {
  clockFace,
  countdown,
  formOf,
  hasFloor,
  holdersOf,
  isBehind,
  partOf,
  sideOf,
  speechesOf,
} from './model';
import { isMoving, Ring, SideName, useName, useNow, useText } from './parts';

export function useRoomName(): (roomId: string) => string {
  const { t } = useTranslation('debate');
  const rooms = useSession((session) => session.breakouts?.rooms);
  return (roomId) =>
    roomId === 'main'
      ? t('room.main')
      : (rooms?.find((one) => one.room_id === roomId)?.name ?? t('room.closed'));
}

interface Props {
  isOpen: boolean;
  onClose: () => void;
  onChoose: (debateId: string) => void;
}

/** Every debate of every room, each with its clock. */
export function Board({ isOpen, onClose, onChoose }: Props) {
  const { t } = useTranslation('debate');
  const debates = useSession((session) => session.debates);
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('board.title')} size="min(1080px, 96vw)">
      {debates.length === 0 ? (
        <div className={shared.note}>{t('empty.title')}</div>
      ) : (
        <ul className={classes.board}>
          {debates.map((debate) => (
            <li key={debate.debate_id}>
              <BoardCard
                debate={debate}
                onChoose={() => {
                  onChoose(debate.debate_id);
                  onClose();
                }}
              />
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function BoardCard({ debate, onChoose }: { debate: DebateView; onChoose: () => void }) {
  const { t } = useTranslation('debate');
  const text = useText();
  const name = useName();
  const roomName = useRoomName();
  const now = useNow(isMoving(debate));
  const face = clockFace(debate, now);
  const part = partOf(debate);
  const total = speechesOf(formOf(debate)).length;
  const done = Math.max(0, Math.min(total, debate.index + (debate.is_over ? 1 : 0)));
  const holders = hasFloor(debate) ? holdersOf(debate) : [];
  const runs = debate.stage === 'preparing' || (debate.stage === 'running' && !isBehind(debate));
  return (
    <button type="button" className={classes.boardCard} onClick={onChoose} data-room={debate.room_id}>
      <span className={classes.boardHead}>
        <span className={shared.badge}>{roomName(debate.room_id)}</span>
        <span className={shared.note}>{stageText(debate, t)}</span>
      </span>
      <span className={classes.boardMotion}>{debate.motion}</span>
      {runs && (
        <span className={classes.boardClock} data-tone={toneOf(debate, face)}>
          <Ring share={face.share} tone={toneOf(debate, face)} size={38} />
          <span className={shared.time} data-size="small">
            {countdown(face.leftMs)}
          </span>
          <span className={classes.boardWho}>
            <span>{debate.stage === 'preparing' ? t('clock.preparing') : part ? text(part.name) : ''}</span>
            <span className={shared.note}>
              {holders.map(name).join(', ')}{' '}
              {holders[0] !== undefined && (
                <SideName debate={debate} side={sideOf(debate, holders[0])} />
              )}
              {holders.length === 0 && debate.stage === 'running' && t('board.waits')}
            </span>
          </span>
        </span>
      )}
      {(debate.halt === 'speaker_lost' || debate.halt === 'speaker_absent') && (
        <span className={classes.boardTrouble}>
          {debate.halt === 'speaker_lost' ? t('lost.gone') : t('lost.late')}
        </span>
      )}
      <progress className={classes.progress} max={total} value={done} aria-label={t('board.progress', { done, total })} />
    </button>
  );
}

type T = ReturnType<typeof useTranslation<'debate'>>['t'];

export const stageText = (debate: DebateView, t: T): string =>
  debate.result !== null
    ? t('stage.revealed')
    : debate.stage === 'running' && isBehind(debate)
      ? t('stage.judging')
      : t(`stage.${debate.stage}`);
