import { loadRnnoise, RnnoiseWorkletNode } from '@sapphi-red/web-noise-suppressor';
import wasmUrl from '@sapphi-red/web-noise-suppressor/rnnoise.wasm?url';
import simdUrl from '@sapphi-red/web-noise-suppressor/rnnoise_simd.wasm?url';
import workletUrl from '@sapphi-red/web-noise-suppressor/rnnoiseWorklet.js?url';

import type { ProcessedTrack } from './processed';

/** RNNoise between the microphone and the wire. Loaded only when somebody switches it on. */
export async function suppressNoise(raw: MediaStreamTrack): Promise<ProcessedTrack> {
  const context = new AudioContext({ sampleRate: 48_000 });
  try {
    const [binary] = await Promise.all([
      loadRnnoise({ url: wasmUrl, simdUrl }),
      context.audioWorklet.addModule(workletUrl),
    ]);
    const source = context.createMediaStreamSource(new MediaStream([raw]));
    const node = new RnnoiseWorkletNode(context, { wasmBinary: binary, maxChannels: 1 });
    const target = context.createMediaStreamDestination();
    target.channelCount = 1;
    source.connect(node).connect(target);
    await context.resume();
    const [track] = target.stream.getAudioTracks();
    if (!track) throw new Error('The audio graph gave no track');
    return {
      track,
      stop: () => {
        track.stop();
        source.disconnect();
        node.destroy();
        void context.close();
      },
    };
  } catch (error) {
    void context.close();
    throw error;
  }
}
