import { Button } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../../i18n';
import type { DebateView } from '../../../protocol';
import { isObserver } from '../selectors';
import { useSession } from '../store';
import shared from './parts.module.css';
import { hasFloor, isChair, isQueue, partOf, sideOf, turnLeftMs, turnTimes } from './model';
import { Heading, PersonLine, SideName, useName, useNow, useSend, useText } from './parts';

/** Free debate, panel, questions: whose turn it is, who waits, what each side has used. */
export function Turns({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const text = useText();
  const name = useName();
  const now = useNow(debate.turn_since_ms !== null, 250);
  const session = useSession((state) => state);
  const part = partOf(debate);
  if (!part || !isQueue(part) || !hasFloor(debate)) return null;
  const debate_id = debate.debate_id;
  const own = sideOf(debate, session.me);
  const hasTurn = debate.turn === session.me;
  const asks = debate.turn_asks.includes(session.me);
  const mayAsk =
    !isObserver(session) && (part.kind === 'free' ? own !== null : part.kind === 'questions');
  const times = turnTimes(debate, now);
  const isUsed =
    part.is_balanced && times.some(({ side, usedMs, shareMs }) => side.id === own && usedMs >= shareMs);
  const chairs = isChair(session, debate);
  const leftMs = turnLeftMs(debate, now);
  return (
    <section aria-label={t('turns.title')}>
      {part.kind === 'free' && (
        <div>
          {times.map(({ side, usedMs, shareMs }) => {
            const top = part.is_balanced ? shareMs : shareMs * times.length;
            return (
              <div key={side.id} className={shared.share} data-stance={side.stance}>
                <div className={shared.shareText}>
                  <SideName debate={debate} side={side.id} />
                  <span>
                    {formatClock(usedMs)}
                    {part.is_balanced && (
                      <span className={shared.note}> / {formatClock(shareMs)}</span>
                    )}
                  </span>
                </div>
                <div
                  className={shared.track}
                  role="meter"
                  aria-label={t('turns.used', { side: text(side.name) })}
                  aria-valuemin={0}
                  aria-valuemax={Math.round(top / 1000)}
                  aria-valuenow={Math.min(Math.round(usedMs / 1000), Math.round(top / 1000))}
                  aria-valuetext={formatClock(usedMs)}
                >
                  <span style={{ width: `${Math.min(100, (100 * usedMs) / Math.max(1, top))}%` }} />
                </div>
              </div>
            );
          })}
        </div>
      )}
      {leftMs !== null && (
        <div className={shared.note} data-testid="turn-left">
          {t(hasTurn ? 'turns.yourTime' : 'turns.timeLeft', {
            name: name(debate.turn),
            time: formatClock(Math.ceil(leftMs / 1000) * 1000),
          })}
        </div>
      )}
      {mayAsk && own === null && !hasTurn && part.turn_limit_s > 0 && (
        <div className={shared.note}>
          {t('turns.audience', { time: formatClock(part.turn_limit_s * 1000) })}
        </div>
      )}
      {(mayAsk || hasTurn) && (
        <Button
          fullWidth
          size="md"
          mt={8}
          variant={asks || hasTurn ? 'light' : 'filled'}
          disabled={!asks && !hasTurn && isUsed}
          leftSection={<IconHandStop size={18} aria-hidden />}
          onClick={() =>
            void send({ type: asks || hasTurn ? 'yield_turn' : 'ask_turn', debate_id })
          }
        >
          {hasTurn ? t('turns.end') : asks ? t('turns.withdraw') : t('turns.ask')}
        </Button>
      )}
      {isUsed && !hasTurn && <div className={shared.note}>{t('turns.shareUsed')}</div>}
      {debate.turn_asks.length > 0 && (
        <>
          <Heading>{t('turns.queue')}</Heading>
          <ol className={shared.list}>
            {debate.turn_asks.map((id) => (
              <li key={id}>
                <PersonLine debate={debate} id={id}>
                  <SideName debate={debate} side={sideOf(debate, id)} />
                  {chairs && (
                    <Button
                      size="compact-xs"
                      variant="light"
                      aria-label={t('turns.giveName', { name: name(id) })}
                      onClick={() => void send({ type: 'give_turn', debate_id, participant_id: id })}
                    >
                      {t('turns.give')}
                    </Button>
                  )}
                </PersonLine>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
