/** A hand bell, made of sines: partials of a small bell, each dying away at its own pace. */

const STORAGE_KEY = 'reprise-debate-bells';
const STROKE_GAP_S = 0.42;
/** Ratio to the strike note, loudness, seconds to fall away. */
const PARTIALS: readonly [number, number, number][] = [
  [1, 0.5, 1.3],
  [2, 0.28, 0.9],
  [2.76, 0.18, 0.6],
  [5.4, 0.08, 0.3],
];
const STRIKE_HZ = 880;

export function areBellsMuted(): boolean {
  try {
    return window.localStorage.getItem(STORAGE_KEY) === 'muted';
  } catch {
    return false;
  }
}

export function muteBells(isMuted: boolean): void {
  try {
    window.localStorage.setItem(STORAGE_KEY, isMuted ? 'muted' : 'on');
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

let context: AudioContext | null = null;

/** Where the browser has no sound, or holds it back, the flash on the clock must do. */
export function ringBell(strokes: number): void {
  if (typeof AudioContext === 'undefined') return;
  context ??= new AudioContext();
  void context.resume().catch(() => undefined);
  const begin = context.currentTime + 0.02;
  for (let stroke = 0; stroke < strokes; stroke += 1) strike(context, begin + stroke * STROKE_GAP_S);
}

function strike(audio: AudioContext, at: number): void {
  const bell = audio.createGain();
  bell.gain.value = 0.35;
  bell.connect(audio.destination);
  for (const [ratio, loudness, fall] of PARTIALS) {
    const partial = audio.createOscillator();
    const level = audio.createGain();
    partial.frequency.value = STRIKE_HZ * ratio;
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(loudness, at + 0.004);
    level.gain.exponentialRampToValueAtTime(0.0001, at + fall);
    partial.connect(level).connect(bell);
    partial.start(at);
    partial.stop(at + fall);
  }
}
