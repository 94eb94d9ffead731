import { ActionIcon, Button, CloseButton, TextInput } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import {
  IconArrowDown, IconArrowUp, IconChevronDown, IconChevronUp, IconFileText, IconHourglass, IconSearch,
  IconVolumeOff,
} from '@tabler/icons-react';
import {
  memo, type ReactNode, type RefObject, useCallback, useDeferredValue, useEffect, useMemo, useReducer, useRef, useState,
} from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import type { Gap, Segment, Transcript } from '../../protocol';
import { EmptyState, Loading } from '../../ui';
import { FOLLOWING, follow, followOffset } from './follow';
import { usePlayer, usePlayerState } from './player';
import { RoomHits } from './RoomHits';
import { firstHit, type Hit, isHitWord, placeAt, search, stepHit, turns } from './transcript';
import classes from './TranscriptPanel.module.css';

interface Props {
  transcript: Transcript | null;
  isLoading: boolean;
  isInWork: boolean;
  gaps: readonly Gap[];
  searchInput: RefObject<HTMLInputElement | null>;
  /** The recording in whose rooms is searched too. */
  withRoomsOf?: string | null;
  /** It is known that nobody was heard: no transcript will come. */
  isSilent?: boolean;
}

const NONE: readonly Hit[] = [];

export function TranscriptPanel({
  transcript,
  isLoading,
  isInWork,
  gaps,
  searchInput,
  withRoomsOf = null,
  isSilent = false,
}: Props) {
  const segments = transcript?.segments;
  if (segments === undefined && isLoading) return <div className={classes.pad}><Loading /></div>;
  if (segments !== undefined && segments.length > 0) {
    return (
      <Reader segments={segments} gaps={gaps} searchInput={searchInput} withRoomsOf={withRoomsOf} />
    );
  }
  const nothing = <Nothing isInWork={isInWork && !isSilent} isSilent={isSilent} />;
  if (withRoomsOf === null) return nothing;
  return (
    <RoomsSearch recordingId={withRoomsOf} searchInput={searchInput}>
      {nothing}
    </RoomsSearch>
  );
}

function Nothing({ isInWork, isSilent }: { isInWork: boolean; isSilent: boolean }) {
  const { t } = useTranslation('recording');
  if (isSilent) {
    return (
      <EmptyState
        icon={<IconVolumeOff size={28} />}
        title={t('rooms.silent')}
        hint={t('rooms.silentHint')}
      />
    );
  }
  return (
    <EmptyState
      icon={isInWork ? <IconHourglass size={28} /> : <IconFileText size={28} />}
      title={t(isInWork ? 'transcript.later' : 'transcript.none')}
      hint={t(isInWork ? 'transcript.laterHint' : 'transcript.noneHint')}
    />
  );
}

interface RoomsSearchProps {
  recordingId: string;
  searchInput: RefObject<HTMLInputElement | null>;
  children: ReactNode;
}

/** Nothing to read of the main room; what was said in rooms is found all the same. */
function RoomsSearch({ recordingId, searchInput, children }: RoomsSearchProps) {
  const [query, setQuery] = useState('');
  return (
    <div className={classes.panel}>
      <div className={classes.search}>
        <SearchField ref={searchInput} label="rooms.search" query={query} onChange={setQuery} />
      </div>
      <RoomHits recordingId={recordingId} query={query} saysNone />
      <div className={classes.list}>{children}</div>
    </div>
  );
}

interface SearchFieldProps {
  ref: RefObject<HTMLInputElement | null>;
  label: 'transcript.search' | 'rooms.search';
  query: string;
  onChange: (query: string) => void;
  onEnter?: (isBackwards: boolean) => void;
}

function SearchField({ ref, label, query, onChange, onEnter }: SearchFieldProps) {
  const { t } = useTranslation('recording');
  return (
    <TextInput
      ref={ref}
      value={query}
      onChange={(event) => onChange(event.currentTarget.value)}
      placeholder={t(label)}
      aria-label={t(label)}
      leftSection={<IconSearch size={17} />}
      rightSectionWidth={query === '' ? undefined : 36}
      rightSection={
        query !== '' && (
          <CloseButton size="sm" aria-label={t('transcript.clear')} onClick={() => onChange('')} />
        )
      }
      onKeyDown={(event) => {
        if (event.key === 'Enter') {
          event.preventDefault();
          onEnter?.(event.shiftKey);
        }
        if (event.key === 'Escape') {
          onChange('');
          event.currentTarget.blur();
        }
      }}
    />
  );
}

interface ReaderProps {
  segments: readonly Segment[];
  gaps: readonly Gap[];
  searchInput: RefObject<HTMLInputElement | null>;
  withRoomsOf: string | null;
}

function Reader({ segments, gaps, searchInput, withRoomsOf }: ReaderProps) {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const list = useRef<HTMLDivElement>(null);
  const [followed, send] = useReducer(follow, FOLLOWING);
  const isStill = useReducedMotion();
  const segmentAt = usePlayerState((state) => placeAt(segments, state.timeMs)?.segment ?? -1);
  const wordAt = usePlayerState((state) => placeAt(segments, state.timeMs)?.word ?? -1);
  const seeks = usePlayerState((state) => state.seeks);

  const [query, setQuery] = useState('');
  const sought = useDeferredValue(query);
  const hits = useMemo(() => search(segments, sought), [segments, sought]);
  const [hitAt, setHitAt] = useState(-1);
  useEffect(() => {
    setHitAt(firstHit(hits, player.state.timeMs));
  }, [hits, player]);
  const hitsOf = useMemo(() => {
    const bySegment = new Map<number, Hit[]>();
    for (const hit of hits) bySegment.set(hit.segment, [...(bySegment.get(hit.segment) ?? []), hit]);
    return bySegment;
  }, [hits]);

  const reveal = useCallback((segment: number) => {
    const box = list.current;
    const entry = box?.querySelector<HTMLElement>(`[data-segment="${segment}"]`);
    if (!box || !entry) return;
    const top = entry.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
    send({ kind: 'scrolled_by_us', at: performance.now() });
    box.scrollTo({
      top: followOffset(
        { height: box.clientHeight, scrollHeight: box.scrollHeight },
        { top, height: entry.offsetHeight },
      ),
      behavior: isStill ? 'auto' : 'smooth',
    });
  }, [isStill]);

  const isSearching = hits.length > 0;
  useEffect(() => {
    if (seeks > 0) send({ kind: 'seeked' });
  }, [seeks]);
  useEffect(() => {
    if (followed.isFollowing && segmentAt >= 0) reveal(segmentAt);
  }, [followed.isFollowing, segmentAt, reveal]);
  useEffect(() => {
    const hit = hits[hitAt];
    if (hit === undefined) return;
    send({ kind: 'left' });
    reveal(hit.segment);
  }, [hits, hitAt, reveal]);

  const onScroll = (): void => {
    const box = list.current;
    const entry = box?.querySelector<HTMLElement>('[data-current]');
    if (!box) return;
    const frame = box.getBoundingClientRect();
    const row = entry?.getBoundingClientRect();
    // While hits are gone through, the reader leads even if the current line comes into view.
    const isInView = row !== undefined && row.bottom > frame.top && row.top < frame.bottom;
    send({
      kind: 'reader_scrolled',
      at: performance.now(),
      isCurrentInView: isInView && !(isSearching && !followed.isFollowing),
    });
  };

  const onClick = (event: React.MouseEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest<HTMLElement>('[data-segment]');
    if (!row || window.getSelection()?.isCollapsed === false) return;
    const segment = segments[Number(row.dataset.segment)];
    const word = target?.closest<HTMLElement>('[data-word]')?.dataset.word;
    if (!segment) return;
    player.seek(segment.words[Number(word ?? -1)]?.start_ms ?? segment.start_ms);
  };

  const activeHit = hits[hitAt];
  return (
    <div className={classes.panel}>
      <div className={classes.search}>
        <SearchField
          ref={searchInput}
          label="transcript.search"
          query={query}
          onChange={setQuery}
          onEnter={(isBack) => setHitAt((at) => stepHit(hits.length, at, isBack ? -1 : 1))}
        />
        {query.trim() !== '' && (
          <div className={classes.hits}>
            <span role="status">
              {hits.length === 0
                ? t('transcript.noHits')
                : t('transcript.hits', { at: hitAt + 1, count: hits.length })}
            </span>
            <ActionIcon.Group>
              <ActionIcon
                variant="default"
                aria-label={t('transcript.previousHit')}
                disabled={hits.length === 0}
                onClick={() => setHitAt((at) => stepHit(hits.length, at, -1))}
              >
                <IconChevronUp size={16} />
              </ActionIcon>
              <ActionIcon
                variant="default"
                aria-label={t('transcript.nextHit')}
                disabled={hits.length === 0}
                onClick={() => setHitAt((at) => stepHit(hits.length, at, 1))}
              >
                <IconChevronDown size={16} />
              </ActionIcon>
            </ActionIcon.Group>
            {activeHit && (
              <Button size="compact-xs" variant="light" onClick={() => player.seek(activeHit.start_ms)}>
                {t('transcript.playHit', { time: formatClock(activeHit.start_ms) })}
              </Button>
            )}
          </div>
        )}
      </div>
      {withRoomsOf !== null && <RoomHits recordingId={withRoomsOf} query={query} />}
      {/* A scrolling region needs a tab stop of its own for the keyboard. */}
      <div
        ref={list}
        className={classes.list}
        onScroll={onScroll}
        onClick={onClick}
        tabIndex={0}
        role="group"
        aria-label={t('tab.transcript')}
        data-testid="transcript"
      >
        {turns(segments).map((turn) => (
          <section key={turn.firstSegment} className={classes.turn}>
            <h2 className={classes.speaker}>{turn.speakerName}</h2>
            {turn.segments.map((segment, offset) => {
              const index = turn.firstSegment + offset;
              const isCurrent = index === segmentAt;
              const gap = gapBefore(gaps, segments, index);
              return (
                <div key={segment.segment_id}>
                  {gap && <GapLine gap={gap} />}
                  <Row
                    segment={segment}
                    index={index}
                    isCurrent={isCurrent}
                    word={isCurrent ? wordAt : -1}
                    hits={hitsOf.get(index) ?? NONE}
                    activeHit={activeHit?.segment === index ? activeHit : null}
                  />
                </div>
              );
            })}
          </section>
        ))}
      </div>
      {!followed.isFollowing && segmentAt >= 0 && (
        <Button
          className={classes.back}
          size="compact-md"
          radius="xl"
          leftSection={<FollowArrow list={list} />}
          onClick={() => send({ kind: 'came_back' })}
        >
          {t('transcript.backToCurrent')}
        </Button>
      )}
    </div>
  );
}

/** Up or down, towards the line being said. */
function FollowArrow({ list }: { list: RefObject<HTMLDivElement | null> }) {
  const row = list.current?.querySelector('[data-current]')?.getBoundingClientRect();
  const isAbove = (row?.top ?? 0) < (list.current?.getBoundingClientRect().top ?? 0);
  return isAbove ? <IconArrowUp size={15} /> : <IconArrowDown size={15} />;
}

function gapBefore(gaps: readonly Gap[], segments: readonly Segment[], index: number): Gap | undefined {
  const from = segments[index - 1]?.start_ms ?? -1;
  const to = segments[index]?.start_ms ?? 0;
  return gaps.find((gap) => gap.at_ms > from && gap.at_ms <= to);
}

function GapLine({ gap }: { gap: Gap }) {
  const { t } = useTranslation('recording');
  return (
    <p className={classes.gap}>
      {t(`gap.${gap.reason}`)}
      {gap.length_ms >= 1000 && ` · ${t('gap.length', { time: formatClock(gap.length_ms) })}`}
    </p>
  );
}

interface RowProps {
  segment: Segment;
  index: number;
  isCurrent: boolean;
  word: number;
  hits: readonly Hit[];
  activeHit: Hit | null;
}

const Row = memo(function Row({ segment, index, isCurrent, word, hits, activeHit }: RowProps) {
  const { t } = useTranslation('recording');
  const time = formatClock(segment.start_ms);
  const inHit = (hit: Hit | null, at: number): boolean =>
    hit !== null && isHitWord(hit, index, at);
  return (
    <div className={classes.row} data-segment={index} data-current={isCurrent || undefined}>
      <button type="button" className={classes.time} aria-label={t('transcript.playFrom', { time })}>
        {time}
      </button>
      <p className={classes.text} aria-current={isCurrent || undefined}>
        {segment.words.map((each, at) => (
          <span key={at}>
            <span
              data-word={at}
              className={classes.word}
              data-now={at === word || undefined}
              data-hit={
                inHit(activeHit, at) ? 'active' : hits.some((hit) => inHit(hit, at)) ? 'yes' : undefined
              }
            >
              {each.text}
            </span>{' '}
          </span>
        ))}
      </p>
    </div>
  );
});
