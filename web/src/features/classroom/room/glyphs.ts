import type { ReactionKind } from '../../../protocol';

export const REACTION_GLYPHS: Record<ReactionKind, string> = {
  thumbs_up: '👍',
  clap: '👏',
  heart: '❤️',
  laugh: '😂',
  surprised: '😮',
  yes: '✅',
  no: '❌',
  slower: '🐢',
  faster: '🐇',
};
