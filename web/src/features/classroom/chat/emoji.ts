import type { Emoji } from '../../../protocol';

export const EMOJI: Record<Emoji, string> = {
  thumbs_up: '👍',
  heart: '❤️',
  laugh: '😂',
  surprised: '😮',
  sad: '😢',
  clap: '👏',
  question: '❓',
  check: '✅',
};

export const EMOJI_NAMES = Object.keys(EMOJI) as Emoji[];
