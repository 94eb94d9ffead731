import { Button, Group, NativeSelect, NumberInput, Stack, Switch, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../../i18n';
import type {
  DebateFormatSummary,
  DebateView,
  PlanDebate,
  StoredDebateFormat,
} from '../../../protocol';
import { useResource } from '../../../transport/resource';
import { ErrorState, Loading } from '../../../ui';
import { useSession } from '../store';
import classes from './preview.module.css';
import shared from './parts.module.css';
import { useDraft } from './draft';
import { type Form, formOf, ownRoom, speechesOf } from './model';
import { useSend, useText } from './parts';

interface Props {
  /** null: a new one */
  debate: DebateView | null;
  onDone: () => void;
}

const KEEP = '';
const LONGEST_MOTION = 300;

export function PlanForm({ debate, onDone }: Props) {
  const { t } = useTranslation('debate');
  const formats = useResource<DebateFormatSummary[]>('/debate-formats');
  if (formats.error) return <ErrorState error={formats.error} onRetry={formats.reload} />;
  if (!formats.data) return <Loading rows={3} height={44} />;
  const usable = formats.data.filter((one) => !one.is_deleted);
  return (
    <section aria-label={debate ? t('plan.edit') : t('plan.title')}>
      <Fields debate={debate} formats={usable} onDone={onDone} />
    </section>
  );
}

function Fields({ debate, formats, onDone }: Props & { formats: DebateFormatSummary[] }) {
  const { t } = useTranslation('debate');
  const text = useText();
  const send = useSend();
  const session = useSession((state) => state);
  const preset = formats.find((one) => one.is_default) ?? formats[0];
  const [draft, change] = useDraft({
    formatId: debate ? KEEP : (preset?.format_id ?? ''),
    motion: debate?.motion ?? '',
    room: debate?.room_id ?? ownRoom(session),
    isAutomatic: debate?.advance === 'automatic',
    size: null,
    variant: '',
    pois: null,
  });
  const { formatId, motion, room, isAutomatic, size, variant, pois } = draft;
  const [isBusy, setBusy] = useState(false);
  const [isTried, setTried] = useState(false);
  const stored = useResource<StoredDebateFormat>(
    formatId === KEEP ? null : `/debate-formats/${encodeURIComponent(formatId)}`,
  );
  const form = formatId === KEEP ? (debate ? formOf(debate) : null) : (stored.data?.format ?? null);
  const isNewFormat = formatId !== KEEP;
  const rooms = [
    { value: 'main', label: t('room.main') },
    ...(session.breakouts?.rooms ?? []).map((one) => ({ value: one.room_id, label: one.name })),
  ];

  function save(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (motion.trim() === '' || !form) return;
    const fields: Omit<PlanDebate, 'type'> = {
      motion: motion.trim(),
      room_id: room,
      advance: isAutomatic ? 'automatic' : 'manual',
      ...(isNewFormat
        ? {
            format: form as unknown as PlanDebate['format'],
            size: form.size ? (size ?? form.sides[0]?.seats.length ?? null) : null,
            variant: variant || null,
            pois: form.poi.is_optional ? (pois ?? form.poi.allowed) : null,
          }
        : {}),
    };
    setBusy(true);
    const sent = debate
      ? send({ type: 'edit_debate', debate_id: debate.debate_id, ...fields })
      : send({ type: 'plan_debate', ...fields });
    void sent.then((isDone) => {
      setBusy(false);
      if (isDone) onDone();
    });
  }

  return (
    <form onSubmit={save} noValidate>
      <Stack gap="sm">
        <Textarea
          label={t('plan.motion')}
          placeholder={t('plan.motionPlaceholder')}
          autosize
          minRows={2}
          maxLength={LONGEST_MOTION}
          value={motion}
          data-autofocus
          error={isTried && motion.trim() === '' ? t('plan.motionMissing') : undefined}
          onChange={(event) => change({ motion: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('plan.format')}
          value={formatId}
          onChange={(event) =>
            change({ formatId: event.currentTarget.value, variant: '', size: null, pois: null })
          }
          data={[
            ...(debate ? [{ value: KEEP, label: t('plan.keepFormat') }] : []),
            ...formats.map((one) => ({ value: one.format_id, label: text(one.name) })),
          ]}
        />
        {stored.error && isNewFormat ? (
          <ErrorState error={stored.error} onRetry={stored.reload} />
        ) : form ? (
          <Preview form={form} />
        ) : (
          <Loading rows={1} height={96} />
        )}
        {form?.size && isNewFormat && (
          <NumberInput
            label={t('plan.size')}
            min={form.size.least}
            max={form.size.most}
            value={size ?? form.sides[0]?.seats.length ?? form.size.least}
            onChange={(value) => change({ size: typeof value === 'number' ? value : null })}
          />
        )}
        {form && form.variants.length > 0 && isNewFormat && (
          <NativeSelect
            label={t('plan.variant')}
            value={variant}
            onChange={(event) => change({ variant: event.currentTarget.value })}
            data={[
              { value: '', label: t('plan.variantUsual') },
              ...form.variants.map((one) => ({ value: one.id, label: text(one.name) })),
            ]}
          />
        )}
        {rooms.length > 1 && (
          <NativeSelect
            label={t('plan.room')}
            value={room}
            onChange={(event) => change({ room: event.currentTarget.value })}
            data={rooms}
          />
        )}
        {form?.poi.is_optional && isNewFormat && (
          <Switch
            label={t('plan.pois')}
            checked={pois ?? form.poi.allowed}
            onChange={(event) => change({ pois: event.currentTarget.checked })}
          />
        )}
        <Switch
          label={t('plan.automatic')}
          description={t('plan.automaticHint')}
          checked={isAutomatic}
          onChange={(event) => change({ isAutomatic: event.currentTarget.checked })}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            {t('plan.cancel')}
          </Button>
          <Button type="submit" loading={isBusy} disabled={!form}>
            {t('plan.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A format at a glance: how long, for whom, in which order. */
export function Preview({ form }: { form: Form }) {
  const { t } = useTranslation('debate');
  const text = useText();
  const speeches = speechesOf(form);
  const total = speeches.reduce((sum, one) => sum + one.length_s, 0);
  const stance = (side: string | null, kind: string) =>
    kind === 'cross' || kind === 'grand_cross'
      ? undefined
      : form.sides.find((one) => one.id === side)?.stance;
  const facts = [
    t('preview.speaking', { time: formatClock(total * 1000) }),
    form.prep_s > 0 ? t('preview.prep', { time: formatClock(form.prep_s * 1000) }) : null,
    form.pool_s > 0 ? t('preview.pool', { time: formatClock(form.pool_s * 1000) }) : null,
    form.poi.allowed ? t('preview.pois') : null,
    form.sides.map((side) => `${text(side.name)} ${side.seats.length}`).join(' · '),
  ].filter((one) => one !== null);
  return (
    <div className={classes.preview} data-testid="format-preview">
      {text(form.description) && <div className={classes.previewText}>{text(form.description)}</div>}
      <div className={classes.stretches} aria-hidden>
        {speeches.map((speech) => (
          <span
            key={speech.id}
            data-stance={stance(speech.side, speech.kind)}
            style={{ flexGrow: speech.length_s }}
          />
        ))}
      </div>
      <div className={shared.note}>{facts.join(' · ')}</div>
      <details>
        <summary>{t('preview.order', { count: speeches.length })}</summary>
        <ol className={classes.previewOrder}>
          {speeches.map((speech) => (
            <li key={speech.id}>
              {text(speech.name)}{' '}
              <span className={shared.note}>{formatClock(speech.length_s * 1000)}</span>
            </li>
          ))}
        </ol>
      </details>
    </div>
  );
}
