import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import type { Gap, Item, Recording, Segment, TimelineMark } from '../../protocol';
import { hillPath, speechDensity } from './density';
import { usePlayer, usePlayerState } from './player';
import { barChapters, filled, fractionOf, neighbourChapter, timeAt } from './seek';
import classes from './SeekBar.module.css';
import { parseStoryboard, type Tile, tileAt } from './storyboard';

const BINS = 72;
const PREVIEW_WIDTH = 168;

function useStoryboard(url: string | null): Tile[] {
  const [tiles, setTiles] = useState<Tile[]>([]);
  useEffect(() => {
    if (url === null) return;
    const abort = new AbortController();
    fetch(url, { signal: abort.signal, credentials: 'same-origin' })
      .then(async (response) => {
        if (!response.ok) return;
        setTiles(parseStoryboard(await response.text(), new URL(url, window.location.href).href));
      })
      .catch(() => undefined); // No preview pictures: the time alone is shown.
    return () => abort.abort();
  }, [url]);
  return tiles;
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(3)}%`;
}

interface Props {
  recording: Recording;
  segments: readonly Segment[];
  items: readonly Item[];
}

export function SeekBar({ recording, segments, items }: Props) {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const durationMs = usePlayerState((state) => state.durationMs);
  const second = usePlayerState((state) => Math.floor(state.timeMs / 1000));
  const bar = useRef<HTMLDivElement>(null);
  const [hoverMs, setHoverMs] = useState<number | null>(null);
  const [isDragging, setDragging] = useState(false);
  const tiles = useStoryboard(recording.storyboard_url);
  const pieces = useMemo(
    () => barChapters(recording.chapters, durationMs),
    [recording.chapters, durationMs],
  );
  const hill = useMemo(
    () => (segments.length > 0 ? hillPath(speechDensity(segments, durationMs, BINS)) : ''),
    [segments, durationMs],
  );
  const chapter = recording.chapters.findLast((each) => each.start_ms <= second * 1000);

  const at = useCallback(
    (clientX: number) =>
      timeAt(clientX, bar.current?.getBoundingClientRect() ?? { left: 0, width: 0 }, durationMs),
    [durationMs],
  );

  const onKeyDown = (event: React.KeyboardEvent): void => {
    const { timeMs } = player.state;
    const target = {
      ArrowLeft: timeMs - 5_000,
      ArrowDown: timeMs - 5_000,
      ArrowRight: timeMs + 5_000,
      ArrowUp: timeMs + 5_000,
      Home: 0,
      End: durationMs,
      PageUp: neighbourChapter(recording.chapters, timeMs, 1) ?? timeMs + 60_000,
      PageDown: neighbourChapter(recording.chapters, timeMs, -1) ?? timeMs - 60_000,
    }[event.key];
    if (target === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    player.seek(target);
  };

  return (
    <div className={classes.area}>
      {hill !== '' && (
        <svg
          className={classes.hill}
          viewBox={`0 0 ${BINS - 1} 1`}
          preserveAspectRatio="none"
          aria-hidden
        >
          <path d={hill} />
        </svg>
      )}
      <div
        ref={bar}
        className={classes.bar}
        data-dragging={isDragging || undefined}
        role="slider"
        tabIndex={0}
        aria-label={t('seek.label')}
        aria-valuemin={0}
        aria-valuemax={Math.round(durationMs / 1000)}
        aria-valuenow={second}
        aria-valuetext={t(chapter ? 'seek.valueChapter' : 'seek.value', {
          time: formatClock(second * 1000),
          total: formatClock(durationMs),
          chapter: chapter?.title,
        })}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragging(true);
          player.seek(at(event.clientX));
        }}
        onPointerMove={(event) => {
          const ms = at(event.clientX);
          setHoverMs(ms);
          if (isDragging) player.seek(ms);
        }}
        onPointerUp={() => setDragging(false)}
        onPointerCancel={() => setDragging(false)}
        onPointerLeave={() => setHoverMs(null)}
      >
        {pieces.map((piece) => (
          <Piece key={piece.from} from={piece.from} to={piece.to} />
        ))}
        <GapMarks gaps={recording.gaps} durationMs={durationMs} />
        <Marks marks={recording.marks} items={items} durationMs={durationMs} />
        <Playhead />
        {hoverMs !== null && (
          <Preview
            atMs={hoverMs}
            fraction={fractionOf(hoverMs, durationMs)}
            width={bar.current?.clientWidth ?? 0}
            tile={tileAt(tiles, hoverMs)}
            recording={recording}
          />
        )}
      </div>
    </div>
  );
}

function Piece({ from, to }: { from: number; to: number }) {
  const played = usePlayerState((state) =>
    filled({ from, to }, fractionOf(state.timeMs, state.durationMs)),
  );
  const buffered = usePlayerState((state) =>
    filled({ from, to }, fractionOf(state.bufferedMs, state.durationMs)),
  );
  return (
    <span
      className={classes.piece}
      style={{ left: percent(from), width: `calc(${percent(to - from)} - ${to < 1 ? 2 : 0}px)` }}
    >
      <span className={classes.buffered} style={{ width: percent(buffered) }} />
      <span className={classes.played} style={{ width: percent(played) }} />
    </span>
  );
}

function Playhead() {
  const fraction = usePlayerState((state) => fractionOf(state.timeMs, state.durationMs));
  return <span className={classes.playhead} style={{ left: percent(fraction) }} />;
}

function GapMarks({ gaps, durationMs }: { gaps: readonly Gap[]; durationMs: number }) {
  return gaps.map((gap) => (
    <span
      key={`${gap.at_ms}-${gap.reason}`}
      className={classes.gap}
      style={{ left: percent(fractionOf(gap.at_ms, durationMs)) }}
    />
  ));
}

interface MarksProps {
  marks: readonly TimelineMark[];
  items: readonly Item[];
  durationMs: number;
}

function Marks({ marks, items, durationMs }: MarksProps) {
  const shown = marks.filter((mark) => mark.kind === 'poll' || mark.kind === 'moment');
  return (
    <>
      {shown.map((mark, index) => (
        <span
          key={`${mark.kind}-${index}`}
          className={classes.mark}
          data-kind={mark.kind}
          style={{ left: percent(fractionOf(mark.at_ms, durationMs)) }}
        />
      ))}
      {items.map((item) => (
        <span
          key={item.item_id}
          className={classes.mark}
          data-kind="quiz"
          style={{ left: percent(fractionOf(item.evidence_end_ms, durationMs)) }}
        />
      ))}
    </>
  );
}

interface PreviewProps {
  atMs: number;
  fraction: number;
  width: number;
  tile: Tile | null;
  recording: Recording;
}

function Preview({ atMs, fraction, width, tile, recording }: PreviewProps) {
  const { t } = useTranslation('recording');
  const half = PREVIEW_WIDTH / 2;
  const left = Math.min(Math.max(fraction * width, half), Math.max(half, width - half));
  const chapter = recording.chapters.findLast((each) => each.start_ms <= atMs);
  const nearMs = (recording.summary.duration_ms ?? 0) * 0.008;
  const gap = recording.gaps.find((each) => Math.abs(each.at_ms - atMs) <= nearMs);
  const mark = recording.marks.find(
    (each) => (each.kind === 'poll' || each.kind === 'moment') && Math.abs(each.at_ms - atMs) <= nearMs,
  );
  const scale = tile ? PREVIEW_WIDTH / tile.width : 1;
  return (
    <div className={classes.preview} style={{ left, width: PREVIEW_WIDTH }} aria-hidden>
      {tile && (
        <span
          className={classes.tile}
          style={{ width: PREVIEW_WIDTH, height: Math.round(tile.height * scale) }}
        >
          <span
            style={{
              display: 'block',
              width: tile.width,
              height: tile.height,
              transform: `scale(${scale})`,
              transformOrigin: '0 0',
              backgroundImage: `url("${tile.url}")`,
              backgroundPosition: `-${tile.x}px -${tile.y}px`,
            }}
          />
        </span>
      )}
      <span className={classes.previewText}>
        {chapter && <b>{chapter.title}</b>}
        {gap && <em>{t(`gap.${gap.reason}`)}</em>}
        {mark && <em>{mark.label}</em>}
        <span>{formatClock(atMs)}</span>
      </span>
    </div>
  );
}
