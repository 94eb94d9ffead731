import 'media-chrome/dist/lang/de.js';

import {
  IconMaximize, IconMinimize, IconPictureInPicture, IconPlayerPauseFilled, IconPlayerPlayFilled,
  IconRewindBackward10, IconRewindForward10, IconVolume, IconVolume2, IconVolumeOff,
} from '@tabler/icons-react';
import { setLanguage } from 'media-chrome/dist/utils/i18n.js';
import {
  MediaControlBar, MediaController, MediaFullscreenButton, MediaLoadingIndicator, MediaMuteButton,
  MediaPipButton, MediaPlayButton, MediaSeekBackwardButton, MediaSeekForwardButton, MediaVolumeRange,
} from 'media-chrome/react';
import { type RefObject, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import type { Item, Recording, Segment } from '../../protocol';
import { attachHls } from '../../ui/media/attach';
import type { SilentMedia } from '../../ui/media/silence';
import { Captions } from './Captions';
import classes from './PlayerFrame.module.css';
import { usePlayer, usePlayerState } from './player';
import { ProvisionalStage } from './ProvisionalStage';
import { RateMenu } from './RateMenu';
import { gapAt } from './seek';
import { SeekBar } from './SeekBar';
import { Silence } from './Silence';
import { StageText } from './StageText';

interface Props {
  recording: Recording;
  segments: readonly Segment[];
  items: readonly Item[];
  frame: RefObject<HTMLDivElement | null>;
  onRetry: () => void;
}

/**
 * The player: a stream once published, before that the mixed audio with pictures beside it, and of
 * a room in which nobody spoke the pictures alone.
 */
export function PlayerFrame({ recording, segments, items, frame, onRetry }: Props) {
  const { t, i18n } = useTranslation('recording');
  const media = useRef<HTMLVideoElement & HTMLAudioElement>(null);
  const silence = useRef<SilentMedia>(null);
  const player = usePlayer();
  const { hls_url: hlsUrl, audio_url: audioUrl, captions_url: captionsUrl } = recording;
  const isStream = hlsUrl !== null;
  const isSilent = !isStream && audioUrl === null;

  // media-chrome reads its language when an element is made: hence the key below.
  setLanguage(i18n.language);

  useEffect(() => {
    const element = media.current;
    if (element === null) return silence.current === null ? undefined : player.attach(silence.current);
    const detach = player.attach(element);
    const detachHls = hlsUrl === null
      ? undefined
      : attachHls(element, hlsUrl, {
          startMs: player.state.timeMs,
          onFailure: (reason) => player.fail(reason),
        });
    return () => {
      detach();
      detachHls?.();
    };
  }, [player, hlsUrl, audioUrl]);

  const captions = captionsUrl && (
    <track kind="captions" src={captionsUrl} srcLang={recording.language ?? 'en'} label={t('captions')} />
  );
  return (
    <div ref={frame} id="player-frame" className={classes.frame} data-testid="player">
      {!isStream && <ProvisionalStage recording={recording} />}
      <StageText recording={recording} />
      <MediaController
        key={`${i18n.language}-${isStream}`}
        className={classes.controller}
        noHotkeys
        aria-label={recording.summary.title}
        {...{ fullscreenelement: 'player-frame' }}
      >
        {isStream ? (
          <video ref={media} slot="media" playsInline preload="auto" data-testid="media">
            {captions}
          </video>
        ) : isSilent ? (
          <Silence media={silence} lengthMs={recording.summary.duration_ms ?? 0} />
        ) : (
          <audio ref={media} slot="media" src={audioUrl ?? undefined} preload="auto" data-testid="media">
            {captions}
          </audio>
        )}
        <MediaLoadingIndicator slot="centered-chrome" className={classes.loading} {...{ noautohide: '' }} />
        <BigPlay />
        <div className={classes.bottom}>
          <SeekBar recording={recording} segments={segments} items={items} />
          <MediaControlBar className={classes.controls}>
            <MediaPlayButton className={classes.button}>
              <IconPlayerPlayFilled slot="play" />
              <IconPlayerPauseFilled slot="pause" />
            </MediaPlayButton>
            <MediaSeekBackwardButton className={`${classes.button} ${classes.wide}`} seekOffset={10}>
              <IconRewindBackward10 slot="icon" />
            </MediaSeekBackwardButton>
            <MediaSeekForwardButton className={`${classes.button} ${classes.wide}`} seekOffset={10}>
              <IconRewindForward10 slot="icon" />
            </MediaSeekForwardButton>
            {!isSilent && (
              <MediaMuteButton className={classes.button}>
                <IconVolumeOff slot="off" />
                <IconVolume2 slot="low" />
                <IconVolume2 slot="medium" />
                <IconVolume slot="high" />
              </MediaMuteButton>
            )}
            {!isSilent && <MediaVolumeRange className={`${classes.volume} ${classes.wide}`} />}
            <Times />
            <span className={classes.space} />
            <RateMenu />
            {!isSilent && <CaptionsButton isAvailable={captionsUrl !== null} />}
            {isStream && (
              <MediaPipButton className={`${classes.button} ${classes.wide}`}>
                <IconPictureInPicture slot="icon" />
              </MediaPipButton>
            )}
            <MediaFullscreenButton className={classes.button}>
              <IconMaximize slot="enter" />
              <IconMinimize slot="exit" />
            </MediaFullscreenButton>
          </MediaControlBar>
        </div>
      </MediaController>
      {!isSilent && <Captions key={`${captionsUrl}-${isStream}`} media={media} />}
      <GapNotice recording={recording} />
      <Failed onRetry={onRetry} />
    </div>
  );
}

function Times() {
  const second = usePlayerState((state) => Math.floor(state.timeMs / 1000));
  const durationMs = usePlayerState((state) => state.durationMs);
  return (
    <span className={classes.times} data-testid="times">
      {formatClock(second * 1000)} / {formatClock(durationMs)}
    </span>
  );
}

/** Before anything has played there is one obvious thing to press. */
function BigPlay() {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const isFresh = usePlayerState((state) => state.isPaused && state.seeks === 0 && state.timeMs === 0);
  const hasFailed = usePlayerState((state) => state.failure !== null);
  if (!isFresh || hasFailed) return null;
  return (
    <button
      type="button"
      slot="centered-chrome"
      className={classes.bigPlay}
      aria-label={t('action.play')}
      onClick={() => player.play()}
    >
      <IconPlayerPlayFilled size={34} />
    </button>
  );
}

function CaptionsButton({ isAvailable }: { isAvailable: boolean }) {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const areOn = usePlayerState((state) => state.areCaptionsOn);
  return (
    <button
      type="button"
      className={classes.textButton}
      aria-pressed={areOn}
      aria-label={`CC: ${t('captions')}`}
      title={isAvailable ? t('captions') : t('captionsLater')}
      disabled={!isAvailable}
      onClick={() => player.toggleCaptions()}
    >
      CC
    </button>
  );
}

/** Says what is missing while the playhead passes a gap. */
function GapNotice({ recording }: { recording: Recording }) {
  const { t } = useTranslation('recording');
  const index = usePlayerState((state) => {
    const gap = gapAt(recording.gaps, state.timeMs);
    return gap === null ? -1 : recording.gaps.indexOf(gap);
  });
  const gap = recording.gaps[index];
  return (
    <div className={classes.notice} role="status">
      {gap && (
        <span>
          {t(`gap.${gap.reason}`)}
          {gap.length_ms >= 1000 && ` · ${t('gap.length', { time: formatClock(gap.length_ms) })}`}
        </span>
      )}
    </div>
  );
}

function Failed({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation('recording');
  const failure = usePlayerState((state) => state.failure);
  if (failure === null) return null;
  return (
    <div className={classes.failed} role="alert">
      <p>{t(`failure.${failure}`)}</p>
      {failure !== 'unsupported' && (
        <button type="button" onClick={onRetry}>
          {t('failure.retry')}
        </button>
      )}
    </div>
  );
}
