import type { Results, SelfieSegmentation } from '@mediapipe/selfie_segmentation';

import { type Background, drawPicture } from './background_choice';
import { Pace } from './pace';
import type { ProcessedTrack } from './processed';

// The library fetches its parts by name; all of them are ours to serve, with their hashes.
const PARTS = import.meta.glob<string>(
  '/node_modules/@mediapipe/selfie_segmentation/selfie_segmentation*.{js,wasm,data,tflite,binarypb}',
  { query: '?url', import: 'default' },
);
const FRAME_RATE = 24;
const BLUR_PX = 14;

async function partUrls(): Promise<Record<string, string>> {
  const entries = await Promise.all(
    Object.entries(PARTS).map(
      async ([path, load]) => [path.slice(path.lastIndexOf('/') + 1), await load()] as const,
    ),
  );
  return Object.fromEntries(entries);
}

type Constructor = new (config: { locateFile: (name: string) => string }) => SelfieSegmentation;

/** The library is a classic script that leaves its class on `window`; it cannot be bundled. */
async function loadLibrary(url: string): Promise<Constructor> {
  const page = window as unknown as { SelfieSegmentation?: Constructor };
  if (!page.SelfieSegmentation) {
    await new Promise<void>((resolve, reject) => {
      const script = document.createElement('script');
      script.src = url;
      script.onload = () => resolve();
      script.onerror = () => reject(new Error('The background model did not load'));
      document.head.append(script);
    });
  }
  if (!page.SelfieSegmentation) throw new Error('The background model did not start');
  return page.SelfieSegmentation;
}

/** Ticks in a page that is in the background, too, where the page's own timers nearly stand still. */
function ticks(everyMs: number, onTick: () => void): () => void {
  const code = `setInterval(() => postMessage(0), ${everyMs})`;
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onmessage = onTick;
  return () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
}

/**
 * The person sharp, and behind them the room blurred or a picture; drawn on a canvas whose stream
 * is sent instead of the camera's. `onSlow` is called once when the machine cannot keep up.
 */
export async function replaceBackground(
  raw: MediaStreamTrack,
  background: Exclude<Background, 'none'>,
  onSlow: () => void,
): Promise<ProcessedTrack> {
  const urls = await partUrls();
  const Segmentation = await loadLibrary(urls['selfie_segmentation.js'] ?? '');
  const segmentation = new Segmentation({ locateFile: (name) => urls[name] ?? name });
  segmentation.setOptions({ modelSelection: 1 });

  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([raw]);
  await video.play();

  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth || 1280;
  canvas.height = video.videoHeight || 720;
  const picture = canvas.getContext('2d');
  if (!picture) throw new Error('No canvas');
  const behind =
    background === 'blur' ? null : await drawPicture(background, canvas.width, canvas.height);

  segmentation.onResults((results: Results) => {
    const { width, height } = canvas;
    picture.save();
    picture.clearRect(0, 0, width, height);
    picture.filter = 'blur(4px)';
    picture.drawImage(results.segmentationMask, 0, 0, width, height);
    picture.filter = 'none';
    picture.globalCompositeOperation = 'source-in';
    picture.drawImage(results.image, 0, 0, width, height);
    picture.globalCompositeOperation = 'destination-over';
    if (behind) {
      picture.drawImage(behind, 0, 0, width, height);
    } else {
      picture.filter = `blur(${BLUR_PX}px)`;
      // Drawn a little larger: a blur fades at its rim, which would darken the picture's edges.
      const rim = 2 * BLUR_PX;
      picture.drawImage(results.image, -rim, -rim, width + 2 * rim, height + 2 * rim);
    }
    picture.restore();
  });
  await segmentation.initialize();

  const pace = new Pace();
  let isStopped = false;
  let isBusy = false;
  const stopTicks = ticks(1000 / FRAME_RATE, () => {
    if (isStopped || isBusy || video.readyState < 2) return;
    isBusy = true;
    const began = performance.now();
    void segmentation
      .send({ image: video })
      .then(() => {
        const now = performance.now();
        if (!isStopped && pace.isTooSlow(now, now - began)) onSlow();
      })
      .catch(() => undefined)
      .finally(() => {
        isBusy = false;
      });
  });

  const [track] = canvas.captureStream(FRAME_RATE).getVideoTracks();
  if (!track) throw new Error('The canvas gave no track');
  return {
    track,
    stop: () => {
      if (isStopped) return;
      isStopped = true;
      stopTicks();
      track.stop();
      video.srcObject = null;
      void segmentation.close();
    },
  };
}
