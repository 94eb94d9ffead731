import { ActionIcon } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useCallback, useEffect, useImperativeHandle, useRef, useState } from 'react';

import { formatClock } from '../../i18n';
import { attachHls } from './attach';
import classes from './Snippet.module.css';
import { clamp } from './time';

export interface SnippetHandle {
  toggle: () => void;
}

interface Props {
  hlsUrl: string | null;
  /** Heard alone where there is no stream yet. */
  audioUrl: string | null;
  startMs: number;
  endMs: number;
  label: string;
  failedLabel: string;
  ref?: React.Ref<SnippetHandle>;
}

/** Quotes are cut at word ends: a little before and after makes them sound whole. */
const LEAD_MS = 600;
const TAIL_MS = 400;

/** Plays one stretch of a recording and stops at its end. The stream stays while stretches change. */
export function Snippet({ hlsUrl, audioUrl, startMs, endMs, label, failedLabel, ref }: Props) {
  const media = useRef<HTMLVideoElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [atMs, setAtMs] = useState(Math.max(0, startMs - LEAD_MS));
  const [hasFailed, setFailed] = useState(false);
  const from = Math.max(0, startMs - LEAD_MS);
  const to = endMs + TAIL_MS;

  useEffect(() => {
    const video = media.current;
    if (video === null) return;
    setFailed(false);
    if (hlsUrl === null) {
      if (audioUrl !== null) video.src = audioUrl;
      return;
    }
    return attachHls(video, hlsUrl, { startMs: from, onFailure: () => setFailed(true) });
    // The stream is attached once; where it starts only decides what is fetched first.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [hlsUrl, audioUrl]);

  useEffect(() => {
    const video = media.current;
    if (video === null) return;
    const rewind = (): void => {
      video.currentTime = from / 1000;
      setAtMs(from);
    };
    video.pause();
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) rewind();
    video.addEventListener('loadedmetadata', rewind);
    const read = (): void => {
      const now = video.currentTime * 1000;
      setAtMs(now);
      if (now >= to && !video.paused) {
        video.pause();
        rewind();
      }
    };
    video.addEventListener('timeupdate', read);
    return () => {
      video.removeEventListener('loadedmetadata', rewind);
      video.removeEventListener('timeupdate', read);
    };
  }, [from, to]);

  const toggle = useCallback(() => {
    const video = media.current;
    if (video === null) return;
    if (video.paused) void video.play().catch(() => undefined);
    else video.pause();
  }, []);
  useImperativeHandle(ref, () => ({ toggle }), [toggle]);

  const share = clamp((atMs - from) / Math.max(1, to - from), 0, 1);
  return (
    <div className={classes.snippet} data-audio={hlsUrl === null || undefined}>
      <video
        ref={media}
        playsInline
        preload="auto"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onClick={toggle}
      />
      {hasFailed ? (
        <p role="alert">{failedLabel}</p>
      ) : (
        <div className={classes.controls}>
          <ActionIcon
            size={40}
            radius="xl"
            aria-label={label}
            aria-pressed={isPlaying}
            onClick={toggle}
          >
            {isPlaying ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
          </ActionIcon>
          <span className={classes.bar} aria-hidden>
            <span style={{ width: `${share * 100}%` }} />
          </span>
          <span className={classes.time}>
            {formatClock(startMs)}–{formatClock(endMs)}
          </span>
        </div>
      )}
    </div>
  );
}
