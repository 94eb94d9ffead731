import { Button, Group, Menu, NativeSelect, Switch } from '@mantine/core';
import {
  IconChevronDown,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerSkipBackFilled,
  IconPlayerSkipForwardFilled,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import type { DebateView } from '../../../protocol';
import { ConfirmButton } from '../../../ui';
import { isFacilitator, isHere, takesPart } from '../selectors';
import { useSession } from '../store';
import classes from './chair.module.css';
import shared from './parts.module.css';
import {
  atPlace,
  formOf,
  isBegun,
  isBehind,
  isChair,
  isQueue,
  membersOf,
  partOf,
  placesOf,
  sideNamed,
  sideOf,
} from './model';
import { Heading, useName, useSend, useText } from './parts';

/** What the chair does with the clock and the floor. */
export function ChairControls({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const debate_id = debate.debate_id;
  const isRunning = debate.since_ms !== null;
  const isPreparing = debate.stage === 'preparing';
  const isDone = !isPreparing && isBehind(debate);
  const hasBegun = isRunning || debate.used_ms > 0 || debate.halt !== null;
  return (
    <section aria-label={t('chair.controls')}>
      <Heading>{t('chair.controls')}</Heading>
      {!isDone && (
        <div className={classes.controls}>
          <Button
            className={classes.mainControl}
            size="sm"
            leftSection={
              isRunning ? <IconPlayerPauseFilled size={16} /> : <IconPlayerPlayFilled size={16} />
            }
            onClick={() => void send({ type: isRunning ? 'pause_clock' : 'start_clock', debate_id })}
          >
            {isRunning
              ? t('chair.pause')
              : debate.is_over
                ? t('chair.startNext')
                : hasBegun
                  ? t('chair.resume')
                  : t('chair.start')}
          </Button>
          <Button
            variant="default"
            size="sm"
            px={10}
            disabled={debate.is_over}
            aria-label={t('chair.extend')}
            onClick={() => void send({ type: 'extend_clock', debate_id, seconds: 30 })}
          >
            +0:30
          </Button>
          <Button
            variant="default"
            size="sm"
            px={10}
            disabled={isPreparing || (debate.index <= 0 && !hasBegun)}
            aria-label={t('chair.back')}
            title={t('chair.back')}
            onClick={() => void send({ type: 'previous_speech', debate_id })}
          >
            <IconPlayerSkipBackFilled size={16} aria-hidden />
          </Button>
          <Button
            variant="default"
            size="sm"
            px={10}
            aria-label={
              isPreparing ? t('chair.endPrep') : isRunning ? t('chair.endPart') : t('chair.skip')
            }
            title={
              isPreparing ? t('chair.endPrep') : isRunning ? t('chair.endPart') : t('chair.skip')
            }
            onClick={() => void send({ type: 'next_speech', debate_id })}
          >
            <IconPlayerSkipForwardFilled size={16} aria-hidden />
          </Button>
        </div>
      )}
      {!isDone && !isPreparing && <GiveFloor debate={debate} />}
      <Group justify="space-between" mt={8} gap={8}>
        {!isDone && (
          <Switch
            size="sm"
            label={t('chair.automatic')}
            checked={debate.advance === 'automatic'}
            onChange={(event) =>
              void send({
                type: 'set_advance',
                debate_id,
                advance: event.currentTarget.checked ? 'automatic' : 'manual',
              })
            }
          />
        )}
        <ConfirmButton
          size="compact-sm"
          variant="subtle"
          color="coral.7"
          c="var(--rp-bad-text)"
          title={t('chair.endTitle')}
          body={t('chair.endBody')}
          confirmLabel={t('chair.end')}
          onConfirm={() => send({ type: 'end_debate', debate_id }).then(() => undefined)}
        >
          {t('chair.end')}
        </ConfirmButton>
      </Group>
    </section>
  );
}

/** Another person at a place of the present part, or whose turn it is. */
function GiveFloor({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const name = useName();
  const text = useText();
  const session = useSession((state) => state);
  const part = partOf(debate);
  const form = formOf(debate);
  // Who speaks changes while the clock stands; a turn may be given at any time.
  if (!part || debate.is_over || (debate.since_ms !== null && !isQueue(part))) return null;
  const here = session.participants.filter(
    (one) => isHere(one) && takesPart(one) && one.room_id === debate.room_id,
  );
  if (isQueue(part)) {
    const able = here.filter(
      (one) => part.kind !== 'free' || sideOf(debate, one.participant_id) !== null,
    );
    return (
      <Menu position="bottom-start" width={240}>
        <Menu.Target>
          <Button mt={8} size="compact-sm" variant="light" rightSection={<IconChevronDown size={14} />}>
            {t('chair.giveTurn')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
          {debate.turn !== null && (
            <Menu.Item
              onClick={() =>
                void send({ type: 'give_turn', debate_id: debate.debate_id, participant_id: null })
              }
            >
              {t('chair.endTurn')}
            </Menu.Item>
          )}
          {able.map((one) => (
            <Menu.Item
              key={one.participant_id}
              onClick={() =>
                void send({
                  type: 'give_turn',
                  debate_id: debate.debate_id,
                  participant_id: one.participant_id,
                })
              }
            >
              {name(one.participant_id)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    );
  }
  return (
    <div className={classes.give}>
      {placesOf(part).map((place, number) => {
        const side = sideNamed(form, place.side);
        const now = atPlace(debate, number, place);
        const own = side ? membersOf(debate, side) : [];
        const others = here
          .map((one) => one.participant_id)
          .filter((id) => !own.includes(id) && sideOf(debate, id) === null);
        return (
          <NativeSelect
            key={number}
            size="xs"
            label={t('chair.speaksFor', { side: side ? text(side.name) : '', number: number + 1 })}
            value={now ?? ''}
            onChange={(event) =>
              void send({
                type: 'name_speaker',
                debate_id: debate.debate_id,
                place: number,
                participant_id: event.currentTarget.value || null,
              })
            }
            data={[
              { value: '', label: t('chair.asSeated') },
              ...[...own, ...others].map((id) => ({ value: id, label: name(id) })),
              ...(now !== null && !own.includes(now) && !others.includes(now)
                ? [{ value: now, label: name(now) }]
                : []),
            ]}
          />
        );
      })}
    </div>
  );
}

/** Who holds the chair; a facilitator hands it on or takes it. */
export function Officers({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const name = useName();
  const session = useSession((state) => state);
  const hosts = isFacilitator(session);
  const here = session.participants.filter((one) => isHere(one) && takesPart(one));
  const debate_id = debate.debate_id;
  const free = here.filter((one) => sideOf(debate, one.participant_id) === null);
  const isOpen = debate.stage !== 'ended';
  const chairIsGone = !here.some(
    (one) => one.role === 'facilitator' || one.participant_id === debate.chair_id,
  );
  const mayTake =
    isBegun(debate) &&
    debate.chair_id !== session.me &&
    ((hosts && debate.chair_id !== null) ||
      (chairIsGone && debate.adjudicators.includes(session.me)));
  return (
    <section aria-label={t('officers.title')}>
      <div className={classes.officer}>
        <span className={shared.note}>{t('officers.chair')}</span>
        {hosts && isOpen ? (
          <NativeSelect
            size="xs"
            aria-label={t('officers.chair')}
            value={debate.chair_id ?? ''}
            onChange={(event) =>
              void send({
                type: 'set_chair',
                debate_id,
                participant_id: event.currentTarget.value || null,
              })
            }
            data={[
              { value: '', label: t('officers.facilitators') },
              ...free.map((one) => ({
                value: one.participant_id,
                label: name(one.participant_id),
              })),
            ]}
          />
        ) : (
          <span>{debate.chair_id ? name(debate.chair_id) : t('officers.facilitators')}</span>
        )}
        {mayTake && (
          <Button
            size="compact-xs"
            variant="light"
            onClick={() => void send({ type: 'take_chair', debate_id })}
          >
            {t('officers.take')}
          </Button>
        )}
      </div>
      {(hosts || debate.adjudicators.length > 0) && (
        <div className={classes.officer}>
          <span className={shared.note}>{t('officers.adjudicators')}</span>
          {debate.adjudicators.length > 0 && (
            <span>
              {debate.adjudicators
                .map((id) => `${name(id)}${debate.sheets.includes(id) ? ` ✓` : ''}`)
                .join(', ')}
            </span>
          )}
          {hosts && debate.result === null && <AdjudicatorMenu debate={debate} />}
        </div>
      )}
    </section>
  );
}

function AdjudicatorMenu({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const name = useName();
  const session = useSession((state) => state);
  const free = session.participants.filter(
    (one) => isHere(one) && takesPart(one) && sideOf(debate, one.participant_id) === null,
  );
  const toggled = (id: string) =>
    debate.adjudicators.includes(id)
      ? debate.adjudicators.filter((one) => one !== id)
      : [...debate.adjudicators, id];
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button size="compact-xs" variant="light" rightSection={<IconChevronDown size={14} />}>
          {t('officers.choose')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
        {free.length === 0 && <Menu.Item disabled>{t('officers.nobody')}</Menu.Item>}
        {free.map((one) => {
          const isOn = debate.adjudicators.includes(one.participant_id);
          return (
            <Menu.CheckboxItem
              key={one.participant_id}
              checked={isOn}
              disabled={debate.sheets.includes(one.participant_id)}
              onChange={() =>
                void send({
                  type: 'set_adjudicators',
                  debate_id: debate.debate_id,
                  participant_ids: toggled(one.participant_id),
                })
              }
            >
              {name(one.participant_id)}
            </Menu.CheckboxItem>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The speaker is gone or late: what the chair may do, and that the others need not worry. */
export function LostSpeaker({ debate, nowMs }: { debate: DebateView; nowMs: number }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const session = useSession((state) => state);
  const debate_id = debate.debate_id;
  if (debate.halt !== 'speaker_lost' && debate.halt !== 'speaker_absent') return null;
  const isHeld = debate.hold_until_ms !== null && debate.hold_until_ms > nowMs;
  const seconds = isHeld ? Math.ceil(((debate.hold_until_ms ?? nowMs) - nowMs) / 1000) : 0;
  const what = debate.halt === 'speaker_lost' ? t('lost.gone') : t('lost.late');
  return (
    <div className={classes.lost} data-testid="debate-lost" role="status">
      <span>
        {what} {isHeld ? t('lost.held', { count: seconds }) : t('lost.chairDecides')}
      </span>
      {isChair(session, debate) && (
        <Group gap={6}>
          <Button size="compact-sm" onClick={() => void send({ type: 'wait_for_speaker', debate_id })}>
            {t('lost.wait')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => void send({ type: 'next_speech', debate_id })}
          >
            {t('lost.goOn')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => void send({ type: 'start_clock', debate_id })}
          >
            {t('lost.start')}
          </Button>
        </Group>
      )}
    </div>
  );
}
