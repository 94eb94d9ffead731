import type { Emoji } from '../../../protocol';

/** In the order in which they are offered. */
export const EMOJI_NAMES: readonly Emoji[] = [
  'thumbs_up',
  'heart',
  'laugh',
  'surprised',
  'sad',
  'clap',
  'question',
  'check',
];
