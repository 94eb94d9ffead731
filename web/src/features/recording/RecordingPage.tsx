import { Tabs } from '@mantine/core';
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { Link, Redirect, useSearch } from 'wouter';

import type { Item, Recording, Transcript, WatchProgress } from '../../protocol';
import { http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import { formatClock } from '../../i18n';
import { ErrorState, PageShell, toast } from '../../ui';
import { DebatesOverCard, useDebatesOver } from '../../ui/debate';
import { useJob } from '../../ui/job/useJob';
import { parseMoment } from '../../ui/media/time';
import { type ActionContext, pressed } from './actions';
import { BookmarksCard } from './BookmarksCard';
import { ChaptersPanel } from './ChaptersPanel';
import { PlanCard } from './PlanCard';
import { withResults } from './moments';
import { MomentsCard } from './MomentsCard';
import { NotesCard } from './NotesCard';
import { roomAsked } from './rooms';
import { RoomsCard } from './RoomsCard';
import { RoomWatch } from './RoomWatch';
import { Player, PlayerContext, usePlayerState } from './player';
import { PlayerFrame } from './PlayerFrame';
import { quiz as quizReducer, quizOf } from './quiz';
import { QuizCard } from './QuizCard';
import classes from './RecordingPage.module.css';
import { RecordingSkeleton } from './RecordingSkeleton';
import { merged, type Progress, readProgress, startPosition, writeProgress } from './resume';
import { chaptersReached } from './seek';
import { ShortcutsDialog } from './ShortcutsDialog';
import { TitleRow } from './TitleRow';
import { TranscriptPanel } from './TranscriptPanel';
import { useBookmarks } from './useBookmarks';

function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

function isPlayable(recording: Recording): boolean {
  return recording.hls_url !== null || recording.audio_url !== null;
}

export default function RecordingPage({ recordingId }: { recordingId: string }) {
  const { t } = useTranslation('recording');
  const asked = new URLSearchParams(useSearch()).get('room');
  const { data: recording, error, reload } = useResource<Recording>(`/recordings/${recordingId}`);
  const watched = useResource<WatchProgress>(`/recordings/${recordingId}/progress`);
  const isPlaceKnown = watched.data !== null || watched.error !== null;
  if (recording === null || !isPlaceKnown) {
    return (
      <PageShell title={t('page')} maxWidth={1440}>
        {error ? <ErrorState error={error} onRetry={reload} /> : <RecordingSkeleton />}
      </PageShell>
    );
  }
  if (!isPlayable(recording)) {
    return <Redirect to={`/recordings/${recordingId}/processing`} replace />;
  }
  const room = roomAsked(recording, asked);
  if (room !== null) return <RoomWatch key={room.number} recording={recording} room={room} />;
  const saved = merged(readProgress(storage(), recordingId), watched.data?.position_ms ?? null);
  return <Watch recording={recording} saved={saved} reload={reload} />;
}

interface WatchProps {
  recording: Recording;
  saved: Progress;
  reload: () => void;
}

const SAVE_MS = 5_000;

/** One player for the page's life: versions of the recording come and go under it. */
function Watch({ recording, saved, reload }: WatchProps) {
  const search = useSearch();
  const { recording_id: recordingId, duration_ms: durationMs } = recording.summary;
  const linkMs = parseMoment(new URLSearchParams(search).get('t'));
  const [player] = useState(() => {
    const start = startPosition(linkMs, saved, durationMs ?? 0);
    return new Player(durationMs ?? 0, start.ms, saved.furthest_ms);
  });
  useEffect(() => {
    if (durationMs !== null) player.store.setState({ durationMs });
  }, [player, durationMs]);

  // Another moment of the same recording, such as from a link in the quiz or the address bar.
  const shownLink = useRef(linkMs);
  useEffect(() => {
    if (linkMs === null || shownLink.current === linkMs) return;
    shownLink.current = linkMs;
    player.seek(linkMs);
  }, [player, linkMs]);

  useEffect(() => {
    let sentMs = player.state.timeMs;
    const save = (): void => {
      const { timeMs, furthestMs } = player.state;
      if (timeMs === sentMs) return;
      sentMs = timeMs;
      writeProgress(storage(), recordingId, { position_ms: timeMs, furthest_ms: furthestMs });
      const progress: WatchProgress = { position_ms: timeMs };
      http.put(`/recordings/${recordingId}/progress`, progress).catch(() => undefined);
    };
    const timer = window.setInterval(save, SAVE_MS);
    window.addEventListener('pagehide', save);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener('pagehide', save);
      save();
    };
  }, [player, recordingId]);

  return (
    <PlayerContext value={player}>
      <Content recording={recording} player={player} reload={reload} />
    </PlayerContext>
  );
}

interface ContentProps {
  recording: Recording;
  player: Player;
  reload: () => void;
}

function Content({ recording: made, player, reload }: ContentProps) {
  const { t } = useTranslation('recording');
  const { summary } = made;
  const path = `/recordings/${summary.recording_id}`;
  const isInWork = summary.stage === 'provisional' || summary.stage === 'processing';
  const transcript = useResource<Transcript>(`${path}/transcript`);
  const items = useResource<Item[]>(`${path}/items`);
  const bookmarks = useBookmarks(summary.recording_id);
  const debates = useDebatesOver(`/recordings/${summary.recording_id}`);
  // What sides said by themselves comes with their notes (it was not to be had before).
  const openCount = debates.data?.filter((one) => one.are_notes_open).length ?? null;
  const openBefore = useRef(openCount);
  useEffect(() => {
    if (openBefore.current !== null && openCount !== openBefore.current) reload();
    openBefore.current = openCount;
  }, [openCount, reload]);
  // What was revealed since it was made stands on its timeline too.
  const recording = useMemo(
    () => ({ ...made, marks: withResults(made.marks, debates.data ?? []) }),
    [made, debates.data],
  );
  const [quiz, sendQuiz] = useReducer(quizReducer, quizOf([]));
  const [tab, setTab] = useState<string | null>('transcript');
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  const searchInput = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (items.data) sendQuiz({ kind: 'loaded', items: items.data });
  }, [items.data]);

  // While it is refined, each finished step may have brought something to show.
  const reloadAll = useRef((): void => undefined);
  useEffect(() => {
    reloadAll.current = () => {
      reload();
      transcript.reload();
      items.reload();
    };
  });
  useJob(isInWork ? summary.recording_id : null, {
    stopsWhenOver: true,
    onChange: (now, before) => {
      const done = (job: typeof now): number =>
        job.steps.filter((step) => step.state === 'done').length;
      if (now.stage !== summary.stage || (before !== null && done(now) > done(before))) {
        reloadAll.current();
      }
    },
  });

  const toggleFullscreen = useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void frame.current?.requestFullscreen().catch(() => undefined);
  }, []);
  const searchTranscript = useCallback(() => {
    // At once, so that what is typed right after the key already lands in the field.
    flushSync(() => setTab('transcript'));
    searchInput.current?.focus();
  }, []);
  const { add } = bookmarks;
  const bookmark = useCallback(() => {
    void add(player.state.timeMs).then((made) => {
      if (made) toast(t('bookmarks.added', { time: formatClock(made.at_ms) }), { tone: 'good' });
    });
  }, [add, player, t]);
  useEffect(() => {
    const context = (): ActionContext => ({
      player,
      chapters: recording.chapters,
      hasCaptions: recording.captions_url !== null,
      isInPlayer: frame.current?.contains(document.activeElement) ?? false,
      toggleFullscreen,
      searchTranscript,
      bookmark,
      showHelp: () => setHelpOpen(true),
    });
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!event.defaultPrevented && pressed(event, context())) event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [player, recording.chapters, recording.captions_url, toggleFullscreen, searchTranscript, bookmark]);

  const segments = useMemo(() => transcript.data?.segments ?? [], [transcript.data]);
  const draftCount = items.data?.filter((item) => item.state === 'draft').length ?? 0;

  return (
    <PageShell
      title={summary.title}
      maxWidth={1440}
      lead={<Crumbs recording={recording} />}
      aside={recording.chapters.length > 0 && <Reached recording={recording} />}
    >
      <div className={classes.grid}>
        <div className={classes.player}>
          <PlayerFrame
            key={attempt}
            recording={recording}
            segments={segments}
            items={quiz.items}
            frame={frame}
            onRetry={() => setAttempt((value) => value + 1)}
          />
        </div>
        <div className={classes.title}>
          <TitleRow recording={recording} draftCount={draftCount} onShowHelp={() => setHelpOpen(true)} />
        </div>
        <aside className={classes.side}>
          <Tabs value={tab} onChange={setTab} classNames={{ root: classes.tabs, tab: classes.tab, panel: classes.panel }}>
            <Tabs.List grow>
              <Tabs.Tab value="chapters">{t('tab.chapters')}</Tabs.Tab>
              <Tabs.Tab value="transcript">{t('tab.transcript')}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="chapters">
              <ChaptersPanel recording={recording} isInWork={isInWork} />
            </Tabs.Panel>
            <Tabs.Panel value="transcript">
              <TranscriptPanel
                transcript={transcript.data}
                isLoading={transcript.isLoading}
                isInWork={isInWork}
                gaps={recording.gaps}
                searchInput={searchInput}
                withRoomsOf={(recording.rooms ?? []).length > 0 ? summary.recording_id : null}
              />
            </Tabs.Panel>
          </Tabs>
        </aside>
        <div className={classes.cards}>
          <QuizCard
            recordingId={summary.recording_id}
            quiz={quiz}
            send={sendQuiz}
            draftCount={draftCount}
            canEdit={summary.can_edit}
            isInWork={isInWork && items.data?.length === 0}
          />
          <BookmarksCard bookmarks={bookmarks} />
          <MomentsCard recording={recording} />
          <PlanCard recording={recording} />
          <NotesCard recording={recording} />
          <DebatesOverCard sessionId={summary.session_id} debates={debates} />
          <RoomsCard recording={recording} />
        </div>
      </div>
      <ShortcutsDialog isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </PageShell>
  );
}

function Crumbs({ recording }: { recording: Recording }) {
  const { t } = useTranslation('recording');
  const { course_title: course, title } = recording.summary;
  return (
    <nav className={classes.crumbs} aria-label={t('crumbs')}>
      <Link href="/library">{t('library')}</Link>
      {course !== null && <span>{course}</span>}
      <b aria-current="page">{title}</b>
    </nav>
  );
}

function Reached({ recording }: { recording: Recording }) {
  const { t } = useTranslation('recording');
  const total = recording.chapters.length;
  const reached = usePlayerState((state) => chaptersReached(recording.chapters, state.furthestMs));
  return (
    <div className={classes.reached}>
      <span className={classes.reachedBar} aria-hidden>
        <span style={{ width: `${(reached / total) * 100}%` }} />
      </span>
      <span>{t('reached', { reached, total })}</span>
    </div>
  );
}
