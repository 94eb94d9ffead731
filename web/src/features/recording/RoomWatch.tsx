import { Tabs } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearch } from 'wouter';

import { formatClock } from '../../i18n';
import type { RecordedRoom, Recording, Transcript } from '../../protocol';
import { useResource } from '../../transport/resource';
import { PageShell } from '../../ui';
import { parseMoment } from '../../ui/media/time';
import { ChaptersPanel } from './ChaptersPanel';
import { MomentsCard } from './MomentsCard';
import { Player, PlayerContext } from './player';
import { PlayerFrame } from './PlayerFrame';
import classes from './RecordingPage.module.css';
import { roomName, roomRecording } from './rooms';
import { TranscriptPanel } from './TranscriptPanel';

/** One breakout room, or a side by itself, with its own sound, pictures and words. */
export function RoomWatch({ recording: whole, room }: { recording: Recording; room: RecordedRoom }) {
  const { t, i18n } = useTranslation('recording');
  const { recording_id: recordingId, title } = whole.summary;
  const recording = useMemo(
    () => roomRecording(whole, room, i18n.language),
    [whole, room, i18n.language],
  );
  const linkMs = parseMoment(new URLSearchParams(useSearch()).get('t'));
  const [player] = useState(() => {
    const lengthMs = room.end_ms - room.start_ms;
    return new Player(lengthMs, Math.min(linkMs ?? 0, lengthMs), 0);
  });
  // A room is a page of its own; another moment of it is the same page.
  const shownLink = useRef(linkMs);
  useEffect(() => {
    if (linkMs === null || shownLink.current === linkMs) return;
    shownLink.current = linkMs;
    player.seek(linkMs);
  }, [player, linkMs]);
  const [tab, setTab] = useState<string | null>('transcript');
  const [attempt, setAttempt] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  const searchInput = useRef<HTMLInputElement>(null);
  const transcript = useResource<Transcript>(
    `/recordings/${recordingId}/rooms/${room.number}/transcript`,
  );
  const segments = transcript.data?.segments ?? [];
  const isInWork = ['provisional', 'processing'].includes(whole.summary.stage);
  const name = roomName(room, i18n.language);
  const isSilent = room.audio_url === null;
  const people = room.participant_ids.map((id) => whole.participant_names[id] ?? '');
  return (
    <PlayerContext value={player}>
      <PageShell
        title={`${name} · ${title}`}
        maxWidth={1440}
        lead={
          <nav className={classes.crumbs} aria-label={t('crumbs')}>
            <Link href="/library">{t('library')}</Link>
            <Link href={`/recordings/${recordingId}?t=${Math.floor(room.start_ms / 1000)}`}>{title}</Link>
            <b aria-current="page">{name}</b>
          </nav>
        }
      >
        <div className={classes.grid}>
          <div className={classes.player}>
            <PlayerFrame
              key={attempt}
              recording={recording}
              segments={segments}
              items={[]}
              frame={frame}
              onRetry={() => setAttempt((value) => value + 1)}
            />
          </div>
          <div className={classes.title}>
            <h1>{room.debate_id === null ? name : t('rooms.side', { name })}</h1>
            {room.task !== '' && <p>{room.task}</p>}
            {isSilent && <p role="note">{t('rooms.silentHint')}</p>}
            <p>
              {[...people.filter((one) => one !== ''), t('rooms.from', { time: formatClock(room.start_ms) })].join(
                ' · ',
              )}
            </p>
          </div>
          <aside className={classes.side}>
            <Tabs
              value={tab}
              onChange={setTab}
              classNames={{ root: classes.tabs, tab: classes.tab, panel: classes.panel }}
            >
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
                  isSilent={isSilent}
                />
              </Tabs.Panel>
            </Tabs>
          </aside>
          <div className={classes.cards}>
            {recording.marks.length > 0 && <MomentsCard recording={recording} />}
          </div>
        </div>
      </PageShell>
    </PlayerContext>
  );
}
