import { useSession } from '../store';
import classes from './tile_badge.module.css';
import { debateFor, formOf, holdersOf, sideNamed, sideOf } from './model';
import { useText } from './parts';

/** On a person's picture: for which side they speak. */
export function SideBadge({ participantId }: { participantId: string }) {
  const text = useText();
  const debate = useSession(debateFor);
  if (!debate || debate.stage === 'ended') return null;
  const side = sideNamed(formOf(debate), sideOf(debate, participantId));
  if (!side) return null;
  const hasFloor = debate.stage === 'running' && holdersOf(debate).includes(participantId);
  return (
    <span className={classes.tileBadge} data-stance={side.stance} data-floor={hasFloor || undefined}>
      {text(side.name)}
    </span>
  );
}
