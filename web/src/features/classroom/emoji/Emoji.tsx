import type { Emoji as ChatEmoji, ReactionKind } from '../../../protocol';
import check from './check.svg';
import clap from './clap.svg';
import cross from './cross.svg';
import faster from './faster.svg';
import heart from './heart.svg';
import laugh from './laugh.svg';
import question from './question.svg';
import sad from './sad.svg';
import slower from './slower.svg';
import surprised from './surprised.svg';
import thumbsUp from './thumbs_up.svg';

/** Pictures of our own: not every machine has a font with emoji. */
const PICTURES: Record<ReactionKind | ChatEmoji, string> = {
  thumbs_up: thumbsUp,
  clap,
  heart,
  laugh,
  surprised,
  sad,
  question,
  check,
  yes: check,
  no: cross,
  slower,
  faster,
};

/** Whoever uses it says in words what it means. */
export function Emoji({ name, size }: { name: ReactionKind | ChatEmoji; size: number }) {
  return (
    <img
      src={PICTURES[name]}
      alt=""
      width={size}
      height={size}
      draggable={false}
      style={{ display: 'block', flex: 'none' }}
    />
  );
}
