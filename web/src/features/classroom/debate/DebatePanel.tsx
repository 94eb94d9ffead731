import { Button, Group, NativeSelect } from '@mantine/core';
import { IconLayoutGrid, IconMessages, IconPencil, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { DebateView } from '../../../protocol';
import { ConfirmButton, EmptyState } from '../../../ui';
import { isFacilitator } from '../selectors';
import { useSession } from '../store';
import { BallotCard } from './BallotCard';
import { Board, stageText, useRoomName } from './Board';
import { ChairControls, LostSpeaker, Officers } from './ChairControls';
import { ClockCard, FloorNow } from './ClockCard';
import classes from './panel.module.css';
import shared from './parts.module.css';
import { useMode } from './draft';
import { debateFor, formOf, isBegun, isChair, sideOf } from './model';
import { OrderList } from './OrderList';
import { useNow, useSend, useText } from './parts';
import { PlanForm } from './PlanForm';
import { Points } from './Points';
import { Notes, Pools } from './Prep';
import { ResultCard } from './ResultCard';
import { ScoreSheet } from './ScoreSheet';
import { Sides } from './Sides';
import { Turns } from './Turns';

/** The debate of one's room; for facilitators all debates, and planning them. */
export function DebatePanel() {
  const { t } = useTranslation('debate');
  const session = useSession((state) => state);
  const hosts = isFacilitator(session);
  const [mode, setMode] = useMode();
  const [chosen, setChosen] = useState<string | null>(null);
  const [isBoardOpen, setBoardOpen] = useState(false);
  const debates = session.debates;
  const debate =
    (hosts ? debates.find((one) => one.debate_id === chosen) : undefined) ??
    debateFor(session) ??
    (hosts ? debates.findLast((one) => one.stage !== 'ended') : undefined);
  const planning =
    mode.name === 'plan' && hosts
      ? { debate: debates.find((one) => one.debate_id === mode.debateId) ?? null }
      : null;
  return (
    <div
      className={classes.panel}
      tabIndex={0}
      role="region"
      aria-label={t('title')}
      data-focus="debate"
    >
      {planning ? (
        <>
          <h2 className={classes.title}>{planning.debate ? t('plan.edit') : t('plan.title')}</h2>
          <PlanForm
            key={planning.debate?.debate_id ?? 'new'}
            debate={planning.debate}
            onDone={() => {
              setChosen(null);
              setMode({ name: 'show' });
            }}
          />
        </>
      ) : (
        <>
          {debate ? (
            <Debate
              key={debate.debate_id}
              debate={debate}
              onEdit={() => setMode({ name: 'plan', debateId: debate.debate_id })}
            />
          ) : (
            <EmptyState
              title={hosts ? t('empty.titleHost') : t('empty.title')}
              hint={hosts ? t('empty.hintHost') : t('empty.hint')}
              icon={<IconMessages size={28} />}
            />
          )}
          {hosts && session.state !== 'ended' && (
            <Group gap={6} mt={14} justify={debate ? undefined : 'center'}>
              <Button
                size={debate ? 'compact-sm' : 'sm'}
                variant={debate ? 'light' : 'filled'}
                leftSection={<IconPlus size={16} aria-hidden />}
                onClick={() => setMode({ name: 'plan', debateId: null })}
              >
                {t('plan.new')}
              </Button>
              {debates.length > 0 && (
                <Button
                  size="compact-sm"
                  variant="light"
                  leftSection={<IconLayoutGrid size={16} aria-hidden />}
                  onClick={() => setBoardOpen(true)}
                >
                  {t('board.open', { count: debates.length })}
                </Button>
              )}
            </Group>
          )}
          {hosts && debates.length > 1 && debate && (
            <NativeSelect
              mt={10}
              size="xs"
              label={t('board.shown')}
              value={debate.debate_id}
              onChange={(event) => setChosen(event.currentTarget.value)}
              data={debates.map((one) => ({
                value: one.debate_id,
                label: one.motion,
              }))}
            />
          )}
        </>
      )}
      <Board isOpen={isBoardOpen} onClose={() => setBoardOpen(false)} onChoose={setChosen} />
    </div>
  );
}

function Debate({ debate, onEdit }: { debate: DebateView; onEdit: () => void }) {
  const { t } = useTranslation('debate');
  const text = useText();
  const roomName = useRoomName();
  const session = useSession((state) => state);
  const form = formOf(debate);
  const chairs = isChair(session, debate);
  const hosts = isFacilitator(session);
  const now = useNow(debate.hold_until_ms !== null, 500);
  const own = sideOf(debate, session.me);
  return (
    <article data-debate={debate.debate_id} data-stage={debate.stage} aria-label={debate.motion}>
      <div className={classes.topline}>
        <span className={shared.badge}>{roomName(debate.room_id)}</span>
        <span className={shared.note}>
          {text(form.short_name) || text(form.name)} · {stageText(debate, t)}
        </span>
      </div>
      <h2 className={classes.title}>{debate.motion}</h2>
      {isBegun(debate) && <ClockCard debate={debate} />}
      <LostSpeaker debate={debate} nowMs={now} />
      {debate.stage === 'preparing' && own !== null && (
        <div className={classes.huddle}>{t('prep.huddle')}</div>
      )}
      <FloorNow debate={debate} />
      <Points debate={debate} />
      <Turns debate={debate} />
      <ResultCard debate={debate} />
      <BallotCard debate={debate} />
      <ScoreSheet debate={debate} />
      {isBegun(debate) && chairs && <ChairControls debate={debate} />}
      <Pools debate={debate} />
      <Sides debate={debate} />
      {hosts && debate.stage === 'planned' && <Begin debate={debate} onEdit={onEdit} />}
      {debate.stage === 'planned' && !hosts && (
        <div className={shared.hint}>{own ? t('planned.seated') : t('planned.hint')}</div>
      )}
      <Notes debate={debate} />
      <Officers debate={debate} />
      {debate.stage !== 'ended' && <OrderList debate={debate} />}
    </article>
  );
}

function Begin({ debate, onEdit }: { debate: DebateView; onEdit: () => void }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const isLive = useSession((session) => session.state === 'live');
  const debate_id = debate.debate_id;
  const seated = new Set(Object.keys(debate.seats).map((key) => key.slice(0, key.indexOf(':'))));
  const isReady = formOf(debate).sides.every((side) => seated.has(side.id));
  return (
    <div className={classes.begin}>
      <Button
        fullWidth
        size="md"
        disabled={!isReady || !isLive}
        onClick={() => void send({ type: 'begin_debate', debate_id })}
      >
        {formOf(debate).prep_s > 0 ? t('planned.beginPrep') : t('planned.begin')}
      </Button>
      {!isReady && <div className={shared.hint}>{t('planned.notReady')}</div>}
      <Group gap={6} mt={6}>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPencil size={14} aria-hidden />}
          onClick={onEdit}
        >
          {t('plan.edit')}
        </Button>
        <ConfirmButton
          size="compact-sm"
          variant="subtle"
          color="coral.7"
          c="var(--rp-bad-text)"
          title={t('plan.deleteTitle')}
          confirmLabel={t('plan.delete')}
          onConfirm={() => send({ type: 'delete_debate', debate_id }).then(() => undefined)}
        >
          {t('plan.delete')}
        </ConfirmButton>
      </Group>
    </div>
  );
}
