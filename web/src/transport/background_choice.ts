/** What stands behind a person: the room, the room blurred, or a picture. */

export const PICTURES = ['dawn', 'study', 'night'] as const;
export type BackgroundPicture = (typeof PICTURES)[number];
/** `own` is a picture of one's own, kept in this browser. */
export type Background = 'none' | 'blur' | 'own' | BackgroundPicture;

export const BACKGROUNDS: readonly Background[] = ['none', 'blur', ...PICTURES, 'own'];

const OWN_KEY = 'reprise-background';
const OWN_WIDTH = 1280;
const OWN_HEIGHT = 720;
const OWN_QUALITY = 0.82;

export const backgroundOf = (value: unknown): Background =>
  BACKGROUNDS.find((one) => one === value) ?? 'none';

export function ownPicture(): string | null {
  try {
    return window.localStorage.getItem(OWN_KEY);
  } catch {
    return null;
  }
}

/** Keeps a file's picture, cut to the camera's shape. It never leaves this browser by itself. */
export async function keepOwnPicture(file: Blob): Promise<void> {
  const picture = await createImageBitmap(file);
  const canvas = document.createElement('canvas');
  canvas.width = OWN_WIDTH;
  canvas.height = OWN_HEIGHT;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('No canvas');
  drawCovering(context, picture, picture.width, picture.height, OWN_WIDTH, OWN_HEIGHT);
  picture.close();
  window.localStorage.setItem(OWN_KEY, canvas.toDataURL('image/jpeg', OWN_QUALITY));
}

/** Where a picture of this size lies so that it covers the canvas and nothing is stretched. */
export function covering(
  width: number,
  height: number,
  canvasWidth: number,
  canvasHeight: number,
): { x: number; y: number; width: number; height: number } {
  const scale = Math.max(canvasWidth / width, canvasHeight / height);
  const size = { width: width * scale, height: height * scale };
  return { x: (canvasWidth - size.width) / 2, y: (canvasHeight - size.height) / 2, ...size };
}

function drawCovering(
  context: CanvasRenderingContext2D,
  picture: CanvasImageSource,
  width: number,
  height: number,
  canvasWidth: number,
  canvasHeight: number,
): void {
  const place = covering(width, height, canvasWidth, canvasHeight);
  context.drawImage(picture, place.x, place.y, place.width, place.height);
}

/** [from, over, to] from top left to bottom right */
const TONES: Record<BackgroundPicture, [string, string, string]> = {
  dawn: ['#ffd9c2', '#e7b7d2', '#8f9ee0'],
  study: ['#3f5f57', '#6c8f7e', '#d8cfb4'],
  night: ['#10142e', '#232a5c', '#4b3b78'],
};

/** Draws the picture once; it stands behind every frame. */
export async function drawPicture(
  choice: Exclude<Background, 'none' | 'blur'>,
  width: number,
  height: number,
): Promise<HTMLCanvasElement> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('No canvas');
  if (choice === 'own') {
    const source = ownPicture();
    if (source === null) throw new Error('There is no picture of one’s own');
    const image = new Image();
    image.src = source;
    await image.decode();
    drawCovering(context, image, image.naturalWidth, image.naturalHeight, width, height);
    return canvas;
  }
  const gradient = context.createLinearGradient(0, 0, width, height);
  for (const [index, colour] of TONES[choice].entries()) gradient.addColorStop(index / 2, colour);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  // Soft discs, so that it does not look like a fault of the camera.
  context.globalAlpha = 0.12;
  context.fillStyle = '#ffffff';
  for (const [x, y, radius] of [
    [0.15, 0.2, 0.3],
    [0.85, 0.35, 0.22],
    [0.6, 0.9, 0.35],
  ] as const) {
    context.beginPath();
    context.arc(x * width, y * height, radius * height, 0, 2 * Math.PI);
    context.fill();
  }
  return canvas;
}
