import { type RefObject, useEffect, useState } from 'react';

import classes from './PlayerFrame.module.css';
import { usePlayerState } from './player';

interface Line {
  readonly speaker: string | null;
  readonly text: string;
}

/** `<v Amara>Good morning</v>` → who and what; other tags are dropped. */
export function readCue(text: string): Line {
  const voice = /<v(?:\.[^\s>]+)*\s+([^>]+)>/.exec(text);
  const plain = text
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&nbsp;|&lrm;|&rlm;/g, ' ')
    .replace(/&amp;/g, '&');
  return { speaker: voice?.[1]?.trim() ?? null, text: plain.trim() };
}

/**
 * Captions drawn by the page: they look the same over a stream and over separate pictures, move
 * above the controls, and stay in fullscreen. The browser still times the cues.
 */
export function Captions({ media }: { media: RefObject<HTMLMediaElement | null> }) {
  const areOn = usePlayerState((state) => state.areCaptionsOn);
  const [lines, setLines] = useState<Line[]>([]);

  useEffect(() => {
    const element = media.current;
    if (!areOn || element === null) {
      setLines([]);
      return;
    }
    const track = [...element.textTracks].find((each) => each.kind === 'captions');
    if (track === undefined) return;
    track.mode = 'hidden';
    const read = (): void => {
      setLines([...(track.activeCues ?? [])].map((cue) => readCue((cue as VTTCue).text)));
    };
    read();
    track.addEventListener('cuechange', read);
    return () => {
      track.removeEventListener('cuechange', read);
      track.mode = 'disabled';
    };
  }, [areOn, media]);

  if (!areOn || lines.length === 0) return null;
  return (
    <div className={classes.captions} data-testid="captions">
      {lines.map((line, index) => (
        <p key={index}>
          <span>
            {line.speaker && <b>{line.speaker}: </b>}
            {line.text}
          </span>
        </p>
      ))}
    </div>
  );
}
