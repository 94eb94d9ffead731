import { Button, Group, Kbd, Progress, SegmentedControl, Text } from '@mantine/core';
import { IconArrowBackUp, IconCheck, IconChecks, IconPencil, IconX } from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';

import type { Item, Recording } from '../../protocol';
import { http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import { Card, EmptyState, ErrorState, Loading, PageShell, toast, useErrorText } from '../../ui';
import type { SnippetHandle } from '../../ui/media/Snippet';
import { actionFor, ACTIONS, type ReviewActionName } from './actions';
import { ItemCard } from './ItemCard';
import { ItemList } from './ItemList';
import classes from './ReviewPage.module.css';
import {
  type Change, current, EMPTY, type Filter, patchFor, review, type ReviewEvent, tally, visible,
} from './state';

export default function ReviewPage({ recordingId }: { recordingId: string }) {
  const { t } = useTranslation('review');
  const path = `/recordings/${recordingId}`;
  const recording = useResource<Recording>(path);
  const items = useResource<Item[]>(`${path}/items`);
  const error = recording.error ?? items.error;
  const reload = (): void => {
    recording.reload();
    items.reload();
  };
  return (
    <PageShell
      title={t('title')}
      maxWidth={1240}
      lead={
        <nav className={classes.crumbs} aria-label={t('crumbs')}>
          <Link href={path}>{recording.data?.summary.title ?? t('recording')}</Link>
          <b aria-current="page">{t('title')}</b>
        </nav>
      }
    >
      {recording.data !== null && items.data !== null ? (
        recording.data.summary.can_edit ? (
          <Reviewing recording={recording.data} loaded={items.data} />
        ) : (
          <EmptyState
            title={t('notYours')}
            hint={t('notYoursHint')}
            action={<Button component={Link} href={path} variant="light">{t('backToRecording')}</Button>}
          />
        )
      ) : error ? (
        <ErrorState error={error} onRetry={reload} />
      ) : (
        <Loading rows={4} height={96} />
      )}
    </PageShell>
  );
}

function Reviewing({ recording, loaded }: { recording: Recording; loaded: Item[] }) {
  const { t } = useTranslation('review');
  const errorText = useErrorText();
  const path = `/recordings/${recording.summary.recording_id}`;
  const [state, setState] = useState(() => review(EMPTY, { kind: 'loaded', items: loaded }));
  const snippet = useRef<SnippetHandle>(null);
  // Keys may come faster than renders: each event applies to what the one before it left.
  const latest = useRef(state);
  const apply = useCallback((event: ReviewEvent): void => {
    latest.current = review(latest.current, event);
    setState(latest.current);
  }, []);

  /** Changes of one item are sent one after another, in the order they were made. */
  const queue = useRef(Promise.resolve());
  const save = useCallback(
    (before: Item, after: Item, change: Change | null): void => {
      const patch = patchFor(before, after);
      if (patch === null) return;
      queue.current = queue.current.then(async () => {
        try {
          const item = await http.patch<Item>(`${path}/items/${before.item_id}`, patch);
          // A later change of this item is already on its way: its answer will come.
          const shown = latest.current.items.find((each) => each.item_id === item.item_id);
          if (shown === after) apply({ kind: 'saved', item });
        } catch (reason) {
          toast(t('refused', { reason: errorText(reason) }), { tone: 'bad' });
          apply({ kind: 'refused', change: change ?? { itemId: before.item_id, before, after } });
        }
      });
    },
    [path, t, errorText, apply],
  );

  /** Applies an event here and sends what it changed. */
  const act = useCallback(
    (event: ReviewEvent): void => {
      const before = latest.current;
      apply(event);
      const after = latest.current;
      if (after === before) return;
      if (event.kind === 'undone') {
        const change = before.undo.at(-1);
        if (change) save(change.after, change.before, null);
      } else if (after.undo.length > before.undo.length) {
        const change = after.undo.at(-1);
        if (change) save(change.before, change.after, change);
      }
    },
    [apply, save],
  );

  const perform = useCallback(
    (name: ReviewActionName): void => {
      switch (name) {
        case 'accept':
          return act({ kind: 'judged', verdict: 'accepted' });
        case 'drop':
          return act({ kind: 'judged', verdict: 'dropped' });
        case 'edit':
          return act({ kind: 'edit_opened' });
        case 'next':
          return act({ kind: 'stepped', by: 1 });
        case 'previous':
          return act({ kind: 'stepped', by: -1 });
        case 'undo':
          return act({ kind: 'undone' });
        case 'play':
          return snippet.current?.toggle();
      }
    },
    [act],
  );

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const name = event.defaultPrevented ? null : actionFor(event, latest.current);
      if (name === null) return;
      event.preventDefault();
      perform(name);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [perform]);

  const counts = tally(state.items);
  const judged = counts.accepted + counts.dropped;
  const item = current(state);
  const chapter = recording.chapters.find((each) => each.chapter_id === item?.chapter_id);
  if (counts.total === 0) {
    return (
      <EmptyState
        title={t('none')}
        hint={t('noneHint')}
        action={<Button component={Link} href={path} variant="light">{t('backToRecording')}</Button>}
      />
    );
  }
  return (
    <>
      <div className={classes.top}>
        <div>
          <h1 className={classes.title}>{t('title')}</h1>
          <Text c="dimmed" size="sm">{t('lead')}</Text>
        </div>
        <div className={classes.progress}>
          <Text size="sm" fw={650} role="status">
            {t('progress', { judged, total: counts.total, accepted: counts.accepted })}
          </Text>
          <Progress.Root size="md" radius="xl" aria-hidden>
            <Progress.Section value={(counts.accepted / counts.total) * 100} color="teal.6" aria-label={t('state.accepted')} />
            <Progress.Section value={(counts.dropped / counts.total) * 100} color="coral.6" aria-label={t('state.dropped')} />
          </Progress.Root>
        </div>
      </div>
      <div className={classes.grid}>
        <aside className={classes.side} aria-label={t('list')}>
          <SegmentedControl
            fullWidth
            size="sm"
            aria-label={t('filter')}
            value={state.filter}
            onChange={(filter) => act({ kind: 'filtered', filter: filter as Filter })}
            data={[
              { value: 'draft', label: t('filters.draft', { count: counts.draft }) },
              { value: 'accepted', label: t('filters.accepted', { count: counts.accepted }) },
              { value: 'dropped', label: t('filters.dropped', { count: counts.dropped }) },
              { value: 'all', label: t('filters.all', { count: counts.total }) },
            ]}
          />
          <ItemList
            items={visible(state)}
            currentId={state.currentId}
            chapters={recording.chapters}
            onSelect={(itemId) => act({ kind: 'selected', itemId })}
          />
        </aside>
        <div className={classes.work}>
          {item === null ? (
            <Card>
              <EmptyState
                icon={<IconChecks size={28} />}
                title={t(counts.draft === 0 ? 'done' : 'nothingHere')}
                hint={t(counts.draft === 0 ? 'doneHint' : 'nothingHereHint', { count: counts.accepted })}
                action={
                  <Group gap="sm" mt="xs">
                    <Button component={Link} href={path}>{t('backToRecording')}</Button>
                    {state.undo.length > 0 && (
                      <Button variant="default" onClick={() => perform('undo')}>{t('action.undo')}</Button>
                    )}
                  </Group>
                }
              />
            </Card>
          ) : (
            <>
              <ItemCard
                key={item.item_id}
                item={item}
                chapterTitle={chapter?.title ?? null}
                recording={recording}
                isEditing={state.isEditing}
                snippet={snippet}
                onSave={(stem, options, key) => act({ kind: 'edited', stem, options, key })}
                onCancel={() => act({ kind: 'edit_closed' })}
              />
              {!state.isEditing && (
                <Verdicts
                  isEnabled={(name) => ACTIONS.find((each) => each.name === name)?.isEnabled(state) ?? false}
                  perform={perform}
                />
              )}
            </>
          )}
        </div>
      </div>
    </>
  );
}

interface VerdictsProps {
  isEnabled: (name: ReviewActionName) => boolean;
  perform: (name: ReviewActionName) => void;
}

const VERDICTS = [
  { name: 'accept', icon: <IconCheck size={18} />, color: 'teal.8', variant: 'filled' },
  { name: 'edit', icon: <IconPencil size={18} />, color: undefined, variant: 'default' },
  { name: 'drop', icon: <IconX size={18} />, color: 'coral.7', variant: 'filled' },
  { name: 'undo', icon: <IconArrowBackUp size={18} />, color: undefined, variant: 'default' },
] as const;

function Verdicts({ isEnabled, perform }: VerdictsProps) {
  const { t } = useTranslation('review');
  return (
    <div className={classes.verdicts}>
      {VERDICTS.map(({ name, icon, color, variant }) => {
        const key = ACTIONS.find((each) => each.name === name)?.keys[0]?.toUpperCase();
        return (
          <Button
            key={name}
            size="md"
            variant={variant}
            color={color}
            leftSection={icon}
            rightSection={<Kbd size="xs" className={classes.kbd} aria-hidden>{key}</Kbd>}
            disabled={!isEnabled(name)}
            aria-keyshortcuts={key}
            onClick={() => perform(name)}
          >
            {t(`action.${name}`)}
          </Button>
        );
      })}
      <span className={classes.hints}>
        <Kbd size="xs">J</Kbd> <Kbd size="xs">K</Kbd> {t('hint.step')} · <Kbd size="xs">P</Kbd> {t('hint.play')}
      </span>
    </div>
  );
}
