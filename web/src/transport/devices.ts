/** Cameras, microphones and speakers: what there is, and what went wrong in plain codes. */

import { type Background, backgroundOf } from './background_choice';

export type DeviceTrouble =
  | 'insecure'
  | 'denied'
  | 'missing'
  | 'unplugged'
  | 'busy'
  | 'unsupported'
  | 'failed';

export interface DeviceChoice {
  microphoneId: string | null;
  cameraId: string | null;
  speakerId: string | null;
  suppressesNoise: boolean;
  background: Background;
}

/** Once there was only blur. */
type Remembered = Partial<DeviceChoice> & { blursBackground?: boolean };

const STORAGE_KEY = 'reprise-devices';
const NONE_CHOSEN: DeviceChoice = {
  microphoneId: null,
  cameraId: null,
  speakerId: null,
  suppressesNoise: false,
  background: 'none',
};

export function rememberedChoice(): DeviceChoice {
  try {
    const stored = JSON.parse(window.localStorage.getItem(STORAGE_KEY) ?? '{}') as Remembered;
    const { blursBackground, ...choice } = stored;
    const background = backgroundOf(choice.background ?? (blursBackground ? 'blur' : 'none'));
    return { ...NONE_CHOSEN, ...choice, background };
  } catch {
    return NONE_CHOSEN;
  }
}

export function rememberChoice(choice: DeviceChoice): void {
  try {
    window.localStorage.setItem(STORAGE_KEY, JSON.stringify(choice));
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

export function troubleOf(error: unknown): DeviceTrouble {
  if (!window.isSecureContext) return 'insecure';
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}

export const canCapture = (): boolean => Boolean(navigator.mediaDevices?.getUserMedia);
export const canShareScreen = (): boolean =>
  typeof navigator.mediaDevices?.getDisplayMedia === 'function';
export const canChooseSpeaker = (): boolean =>
  'setSinkId' in HTMLMediaElement.prototype && 'mediaDevices' in navigator;

function capture(constraints: MediaStreamConstraints): Promise<MediaStream> {
  if (!canCapture()) {
    return Promise.reject(new DOMException('No capture in this context', 'NotSupportedError'));
  }
  return navigator.mediaDevices.getUserMedia(constraints);
}

/** A remembered device may have been unplugged: `ideal` falls back to another instead of failing. */
const wanted = (id: string | null) => (id ? { deviceId: { ideal: id } } : {});

export async function openMicrophone(deviceId: string | null): Promise<MediaStreamTrack> {
  const stream = await capture({
    audio: {
      ...wanted(deviceId),
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      channelCount: 1,
    },
  });
  const [track] = stream.getAudioTracks();
  if (!track) throw new DOMException('No microphone', 'NotFoundError');
  return track;
}

export async function openCamera(deviceId: string | null): Promise<MediaStreamTrack> {
  const stream = await capture({
    video: {
      ...wanted(deviceId),
      width: { ideal: 1280 },
      height: { ideal: 720 },
      frameRate: { ideal: 30, max: 30 },
    },
  });
  const [track] = stream.getVideoTracks();
  if (!track) throw new DOMException('No camera', 'NotFoundError');
  track.contentHint = 'motion';
  return track;
}

export async function openScreen(): Promise<{
  video: MediaStreamTrack;
  audio: MediaStreamTrack | null;
}> {
  const stream = await navigator.mediaDevices.getDisplayMedia({
    video: { frameRate: { ideal: 15, max: 30 } },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const [video] = stream.getVideoTracks();
  if (!video) throw new DOMException('No screen', 'NotFoundError');
  // Slides and code: sharp letters matter more than a smooth picture.
  video.contentHint = 'text';
  return { video, audio: stream.getAudioTracks()[0] ?? null };
}

export interface Devices {
  microphones: MediaDeviceInfo[];
  cameras: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

export async function listDevices(): Promise<Devices> {
  if (!navigator.mediaDevices?.enumerateDevices) {
    return { microphones: [], cameras: [], speakers: [] };
  }
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind) =>
    all.filter((device) => device.kind === kind && device.deviceId !== '');
  return {
    microphones: of('audioinput'),
    cameras: of('videoinput'),
    speakers: of('audiooutput'),
  };
}

export function onDevicesChanged(listener: () => void): () => void {
  const { mediaDevices } = navigator;
  if (!mediaDevices) return () => undefined;
  mediaDevices.addEventListener('devicechange', listener);
  return () => mediaDevices.removeEventListener('devicechange', listener);
}

/** Calls `onLevel` with 0…1 about twenty times a second until stopped. */
export function meterLevel(track: MediaStreamTrack, onLevel: (level: number) => void): () => void {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let shown = 0;
  const timer = window.setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    const decibels = 20 * Math.log10(Math.sqrt(sum / samples.length) + 1e-6);
    // −60 dB is silence in a room, −10 dB somebody close to the microphone.
    const level = Math.min(1, Math.max(0, (decibels + 60) / 50));
    shown = Math.max(level, shown * 0.8);
    onLevel(shown);
  }, 50);
  void context.resume();
  return () => {
    window.clearInterval(timer);
    source.disconnect();
    void context.close();
  };
}

/** Two soft notes on the chosen speaker. Resolves when they have faded. */
export async function playTestTone(speakerId: string | null): Promise<void> {
  const context = new AudioContext();
  const sink = context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
  if (speakerId && sink.setSinkId) await sink.setSinkId(speakerId).catch(() => undefined);
  await context.resume();
  const gain = context.createGain();
  gain.connect(context.destination);
  const start = context.currentTime + 0.02;
  gain.gain.setValueAtTime(0, start);
  for (const [index, frequency] of [523.25, 659.25].entries()) {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain);
    const from = start + index * 0.35;
    gain.gain.linearRampToValueAtTime(0.2, from + 0.03);
    gain.gain.linearRampToValueAtTime(0.0001, from + 0.33);
    tone.start(from);
    tone.stop(from + 0.34);
  }
  await new Promise((resolve) => window.setTimeout(resolve, 800));
  await context.close();
}
