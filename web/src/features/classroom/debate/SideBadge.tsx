import { useSession } from '../store';
import { debateFor, formOf, holdersOf, type Side, sideNamed, sideOf } from './model';
import { useText } from './parts';
import classes from './tile_badge.module.css';

/** On a person's picture: for which side they speak. */
export function SideBadge({ participantId }: { participantId: string }) {
  const side = useSession((session) => {
    const debate = debateFor(session);
    if (!debate || debate.stage === 'ended') return undefined;
    return sideNamed(formOf(debate), sideOf(debate, participantId));
  });
  const hasFloor = useSession((session) => {
    const debate = debateFor(session);
    return debate?.stage === 'running' && holdersOf(debate).includes(participantId);
  });
  return side && <Badge side={side} hasFloor={hasFloor} />;
}

function Badge({ side, hasFloor }: { side: Side; hasFloor: boolean }) {
  const text = useText();
  return (
    <span className={classes.tileBadge} data-stance={side.stance} data-floor={hasFloor || undefined}>
      {text(side.name)}
    </span>
  );
}
