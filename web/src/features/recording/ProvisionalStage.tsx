import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import type { Recording, Track } from '../../protocol';
import { correct, layoutAt, tracksToLoad, trackTime } from './cuts';
import classes from './PlayerFrame.module.css';
import { usePlayer, usePlayerState } from './player';
import { stillAt } from './slides';

const CHECK_MS = 250;

/**
 * The pictures of a recording that is not composed yet: one element a track, those needed now or
 * soon, each kept in step with the mixed audio.
 */
export function ProvisionalStage({ recording }: { recording: Recording }) {
  const { t } = useTranslation('recording');
  const { cuts, tracks } = recording;
  // As text, so that a re-render happens at cuts and not with every tick of the clock.
  const loadedIds = usePlayerState((state) =>
    tracksToLoad(cuts, tracks, state.timeMs).map((track) => track.track_id).join(' '),
  );
  const mainId = usePlayerState((state) => layoutAt(cuts, tracks, state.timeMs).main?.track_id ?? null);
  const insetId = usePlayerState(
    (state) => layoutAt(cuts, tracks, state.timeMs).inset?.track_id ?? null,
  );
  // What stands on it is told beside the player, for every kind of recording.
  const stillUrl = usePlayerState((state) => stillAt(recording, state.timeMs));
  const loaded = tracks.filter((track) => loadedIds.split(' ').includes(track.track_id));
  return (
    <div className={classes.stage}>
      {loaded.map((track) => (
        <Picture
          key={track.track_id}
          track={track}
          place={placeOf(track.track_id, mainId, insetId, stillUrl !== null)}
          name={recording.participant_names[track.participant_id] ?? ''}
        />
      ))}
      {stillUrl !== null && (
        <img className={classes.still} src={stillUrl} alt="" data-testid="still" />
      )}
      {mainId === null && stillUrl === null && <p className={classes.nothing}>{t('provisional.noPicture')}</p>}
    </div>
  );
}

/** A page or the whiteboard has the room to itself; whoever speaks is small beside it. */
function placeOf(
  id: string,
  main: string | null,
  inset: string | null,
  hasStill: boolean,
): PictureProps['place'] {
  if (id === main) return hasStill ? 'inset' : 'main';
  return id === inset ? 'inset' : 'waiting';
}

interface PictureProps {
  track: Track;
  place: 'main' | 'inset' | 'waiting';
  name: string;
}

function Picture({ track, place, name }: PictureProps) {
  const player = usePlayer();
  const element = useRef<HTMLVideoElement>(null);
  const isShown = place !== 'waiting';

  useEffect(() => {
    const video = element.current;
    if (video === null) return;
    const follow = (): void => {
      if (video.readyState < HTMLMediaElement.HAVE_METADATA || video.seeking) return;
      const { timeMs, rate, isPaused, isWaiting } = player.state;
      const isInside = track.start_ms <= timeMs && timeMs < track.end_ms;
      const holds = isPaused || isWaiting || !isShown || !isInside;
      const correction = correct(track, timeMs, video.currentTime, rate, holds);
      if (correction.kind === 'seek') video.currentTime = correction.to_s;
      if (video.playbackRate !== correction.rate) video.playbackRate = correction.rate;
      if (holds !== video.paused) {
        if (holds) video.pause();
        else void video.play().catch(() => undefined);
      }
    };
    const place = (): void => {
      video.currentTime = trackTime(track, player.state.timeMs);
    };
    video.addEventListener('loadedmetadata', place);
    const timer = window.setInterval(follow, CHECK_MS);
    const stop = player.store.subscribe((state, before) => {
      if (state.isPaused !== before.isPaused || state.seeks !== before.seeks
        || state.rate !== before.rate) follow();
    });
    follow();
    return () => {
      video.removeEventListener('loadedmetadata', place);
      window.clearInterval(timer);
      stop();
      video.pause();
    };
  }, [player, track, isShown]);

  return (
    <div className={classes.picture} data-place={place} data-kind={track.kind} aria-hidden={!isShown}>
      <video ref={element} src={track.url} muted playsInline preload="auto" tabIndex={-1} />
      {place === 'inset' && name !== '' && <span className={classes.pictureName}>{name}</span>}
    </div>
  );
}
