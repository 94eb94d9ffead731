import { Button, Group, Pagination, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconMovie, IconSearch, IconSearchOff, IconTrash } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearch } from 'wouter';

import type { RecordingPage as RecordingList, RecordingSummary } from '../../protocol';
import { http } from '../../transport/http';
import { useUser } from '../../transport/me';
import { useResource } from '../../transport/resource';
import { EmptyState, ErrorState, PageShell, toast, useErrorText } from '../../ui';
import classes from './LibraryPage.module.css';
import { RecordingCard } from './RecordingCard';
import { CardsSkeleton } from './CardsSkeleton';
import { PAGE_SIZE, pageCount, type Place, placePath, readPlace } from './state';

const SEARCH_DELAY_MS = 250;

export default function LibraryPage() {
  const { t } = useTranslation('library');
  const [, navigate] = useLocation();
  const place = readPlace(useSearch());
  const user = useUser();
  const errorText = useErrorText();
  const [typed, setTyped] = useState(place.q);
  const [sought] = useDebouncedValue(typed, SEARCH_DELAY_MS);
  const heading = useRef<HTMLHeadingElement>(null);
  const list = useResource<RecordingList>('/recordings', {
    query: {
      q: place.q,
      offset: (place.page - 1) * PAGE_SIZE,
      limit: PAGE_SIZE,
      deleted: place.isDeleted ? true : null,
    },
  });

  const go = (change: Partial<Place>, replace = false): void =>
    navigate(placePath({ ...place, page: 1, ...change }), { replace });

  // The address is what is shown; typing changes it a moment later, Back brings it back.
  useEffect(() => {
    const next = sought.trim();
    if (next !== place.q) navigate(placePath({ ...place, q: next, page: 1 }), { replace: true });
    // Only what was typed drives this; a change of the address is taken up below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [sought]);
  useEffect(() => {
    setTyped((value) => (value.trim() === place.q ? value : place.q));
  }, [place.q]);

  const put = (next: RecordingSummary): void =>
    list.set((old) =>
      old && {
        ...old,
        recordings: old.recordings.map((each) =>
          each.recording_id === next.recording_id
            ? { ...next, snippet: each.snippet, snippet_at_ms: each.snippet_at_ms, snippet_room: each.snippet_room }
            : each,
        ),
      },
    );
  const take = (recordingId: string): void =>
    list.set((old) =>
      old && {
        recordings: old.recordings.filter((each) => each.recording_id !== recordingId),
        total: old.total - 1,
      },
    );
  const refused = (reason: unknown): void => {
    toast(errorText(reason), { tone: 'bad' });
    list.reload();
  };

  const rename = async (recording: RecordingSummary, title: string): Promise<void> => {
    put({ ...recording, title });
    try {
      put(await http.patch<RecordingSummary>(`/recordings/${recording.recording_id}`, { title }));
    } catch (reason) {
      refused(reason);
    }
  };
  const restore = async (recording: RecordingSummary): Promise<void> => {
    try {
      await http.post(`/recordings/${recording.recording_id}/restore`);
      toast(t('restored', { title: recording.title }), { tone: 'good' });
      list.reload();
    } catch (reason) {
      refused(reason);
    }
  };
  const remove = async (recording: RecordingSummary): Promise<void> => {
    take(recording.recording_id);
    heading.current?.focus();
    try {
      await http.delete(`/recordings/${recording.recording_id}`);
      toast(t('deleted', { title: recording.title }), { onUndo: () => void restore(recording) });
    } catch (reason) {
      refused(reason);
    }
  };

  const page = list.data;
  const canDelete = user?.role === 'admin' || user?.role === 'facilitator';
  return (
    <PageShell title={t('title')} maxWidth={1240}>
      <Group justify="space-between" align="flex-end" gap="md" mt="xs" mb="lg">
        <h1 ref={heading} tabIndex={-1} className={classes.title}>
          {t(place.isDeleted ? 'deletedTitle' : 'title')}
        </h1>
        <Group gap="sm" className={classes.tools}>
          {canDelete && (
            <SegmentedControl
              aria-label={t('show')}
              value={place.isDeleted ? 'deleted' : 'kept'}
              onChange={(value) => go({ isDeleted: value === 'deleted' })}
              data={[
                { value: 'kept', label: t('kept') },
                { value: 'deleted', label: t('deletedTab') },
              ]}
            />
          )}
          <TextInput
            className={classes.search}
            type="search"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            placeholder={t('search')}
            aria-label={t('search')}
            leftSection={<IconSearch size={17} />}
          />
        </Group>
      </Group>
      <p className="sr-only" role="status">
        {page && !list.isLoading ? t('found', { count: page.total }) : ''}
      </p>
      {list.error && page === null ? (
        <ErrorState error={list.error} onRetry={list.reload} />
      ) : page === null ? (
        <CardsSkeleton />
      ) : page.recordings.length === 0 ? (
        <Nothing place={place} onClear={() => go({ q: '' })} onBack={() => go({ page: 1 })} />
      ) : (
        <Stack gap="xl">
          <ul className={classes.grid} data-loading={list.isLoading || undefined}>
            {page.recordings.map((recording) => (
              <RecordingCard
                key={recording.recording_id}
                recording={recording}
                onRename={(title) => rename(recording, title)}
                onDelete={() => void remove(recording)}
                onRestore={() => void restore(recording)}
                onChanged={list.reload}
              />
            ))}
          </ul>
          {pageCount(page.total) > 1 && (
            <Pagination
              mx="auto"
              total={pageCount(page.total)}
              value={place.page}
              onChange={(next) => {
                go({ page: next });
                heading.current?.focus();
              }}
              getControlProps={(control) => ({ 'aria-label': t(`page.${control}`) })}
              getItemProps={(number) => ({ 'aria-label': t('page.number', { number }) })}
            />
          )}
        </Stack>
      )}
    </PageShell>
  );
}

interface NothingProps {
  place: Place;
  onClear: () => void;
  onBack: () => void;
}

function Nothing({ place, onClear, onBack }: NothingProps) {
  const { t } = useTranslation('library');
  if (place.q !== '') {
    return (
      <EmptyState
        icon={<IconSearchOff size={28} />}
        title={t('noHits', { query: place.q })}
        hint={t('noHitsHint')}
        action={<Button variant="light" onClick={onClear}>{t('showAll')}</Button>}
      />
    );
  }
  if (place.page > 1) {
    return (
      <EmptyState
        title={t('noPage')}
        action={<Button variant="light" onClick={onBack}>{t('page.first')}</Button>}
      />
    );
  }
  if (place.isDeleted) {
    return (
      <EmptyState icon={<IconTrash size={28} />} title={t('noDeleted')} hint={t('noDeletedHint')} />
    );
  }
  return <EmptyState icon={<IconMovie size={28} />} title={t('none')} hint={t('noneHint')} />;
}
