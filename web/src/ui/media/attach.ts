/**
 * Puts a stream on a media element. hls.js is loaded only where something plays; Safari plays HLS
 * by itself. The light build has no separate audio renditions, so the playlist decides which.
 */
import type Hls from 'hls.js';

interface Options {
  /** Where playback will start, so that the first fragment fetched is the right one. */
  startMs?: number;
  onFailure: (reason: 'network' | 'media' | 'unsupported') => void;
}

const MANIFEST = 'application/vnd.apple.mpegurl';
const MAX_RECOVERIES = 3;

async function hlsFor(url: string, signal: AbortSignal): Promise<typeof Hls> {
  const response = await fetch(url, { signal, credentials: 'same-origin' });
  if (!response.ok) throw new Error(`playlist ${response.status}`);
  const playlist = await response.text();
  const hasAudioRendition = /#EXT-X-MEDIA:[^\n]*TYPE=AUDIO[^\n]*URI=/.test(playlist);
  const module = hasAudioRendition ? await import('hls.js') : await import('hls.js/light');
  return module.default as typeof Hls;
}

/** Returns how to let go of the element again. Safe to call before the stream has arrived. */
export function attachHls(media: HTMLMediaElement, url: string, options: Options): () => void {
  const { startMs = 0, onFailure } = options;
  const abort = new AbortController();
  let player: Hls | null = null;
  let recoveries = 0;

  const start = async (): Promise<void> => {
    if (typeof MediaSource === 'undefined' && !('ManagedMediaSource' in globalThis)) {
      if (media.canPlayType(MANIFEST) === '') onFailure('unsupported');
      else media.src = url;
      return;
    }
    const HlsPlayer = await hlsFor(url, abort.signal);
    if (abort.signal.aborted) return;
    if (!HlsPlayer.isSupported()) {
      onFailure('unsupported');
      return;
    }
    // Fragments are fMP4: nothing is transmuxed, so a worker (and a looser policy) buys nothing.
    player = new HlsPlayer({
      enableWorker: false,
      startPosition: startMs / 1000,
      maxBufferLength: 30,
      backBufferLength: 60,
    });
    player.on(HlsPlayer.Events.ERROR, (_name, data) => {
      if (!data.fatal) return;
      recoveries += 1;
      const isNetwork = data.type === HlsPlayer.ErrorTypes.NETWORK_ERROR;
      if (recoveries > MAX_RECOVERIES) onFailure(isNetwork ? 'network' : 'media');
      else if (isNetwork) player?.startLoad();
      else player?.recoverMediaError();
    });
    player.loadSource(url);
    player.attachMedia(media);
  };

  start().catch(() => {
    if (!abort.signal.aborted) onFailure('network');
  });
  return () => {
    abort.abort();
    player?.destroy();
    player = null;
    media.removeAttribute('src');
    media.load();
  };
}
