/** What the keyboard does on the recording page; the help dialog lists the same objects. */
import type { Chapter } from '../../protocol';
import type { Player } from './player';
import { neighbourChapter } from './seek';

export interface ActionContext {
  readonly player: Player;
  readonly chapters: readonly Chapter[];
  readonly hasCaptions: boolean;
  /** Focus is inside the player itself, where up and down mean volume and not scrolling. */
  readonly isInPlayer: boolean;
  readonly toggleFullscreen: () => void;
  readonly searchTranscript: () => void;
  readonly bookmark: () => void;
  readonly showHelp: () => void;
}

export type ActionLabel =
  | 'play' | 'back10' | 'forward10' | 'back5' | 'forward5' | 'volumeUp' | 'volumeDown' | 'mute'
  | 'captions' | 'fullscreen' | 'slower' | 'faster' | 'tenth' | 'nextChapter' | 'previousChapter'
  | 'search' | 'bookmark' | 'help';

export interface PlayerAction {
  readonly name: ActionLabel;
  /** `KeyboardEvent.key`, lower case. */
  readonly keys: readonly string[];
  /** As shown in the help. */
  readonly shown: readonly string[];
  readonly isEnabled?: (context: ActionContext) => boolean;
  readonly perform: (context: ActionContext, key: string) => void;
}

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

function toChapter({ player, chapters }: ActionContext, step: 1 | -1): void {
  const target = neighbourChapter(chapters, player.state.timeMs, step);
  if (target !== null) player.seek(target);
}

export const ACTIONS: readonly PlayerAction[] = [
  { name: 'play', keys: [' ', 'k'], shown: ['Space', 'K'], perform: ({ player }) => player.toggle() },
  { name: 'back10', keys: ['j'], shown: ['J'], perform: ({ player }) => player.seekBy(-10_000) },
  { name: 'forward10', keys: ['l'], shown: ['L'], perform: ({ player }) => player.seekBy(10_000) },
  { name: 'back5', keys: ['arrowleft'], shown: ['←'], perform: ({ player }) => player.seekBy(-5_000) },
  { name: 'forward5', keys: ['arrowright'], shown: ['→'], perform: ({ player }) => player.seekBy(5_000) },
  {
    name: 'volumeUp', keys: ['arrowup'], shown: ['↑'],
    isEnabled: ({ isInPlayer }) => isInPlayer,
    perform: ({ player }) => player.changeVolume(1),
  },
  {
    name: 'volumeDown', keys: ['arrowdown'], shown: ['↓'],
    isEnabled: ({ isInPlayer }) => isInPlayer,
    perform: ({ player }) => player.changeVolume(-1),
  },
  { name: 'mute', keys: ['m'], shown: ['M'], perform: ({ player }) => player.toggleMute() },
  {
    name: 'captions', keys: ['c'], shown: ['C'],
    isEnabled: ({ hasCaptions }) => hasCaptions,
    perform: ({ player }) => player.toggleCaptions(),
  },
  {
    name: 'fullscreen', keys: ['f'], shown: ['F'],
    perform: ({ toggleFullscreen }) => toggleFullscreen(),
  },
  { name: 'slower', keys: ['<', ','], shown: ['<'], perform: ({ player }) => player.changeRate(-1) },
  { name: 'faster', keys: ['>', '.'], shown: ['>'], perform: ({ player }) => player.changeRate(1) },
  {
    name: 'tenth', keys: DIGITS, shown: ['0', '–', '9'],
    perform: ({ player }, key) => player.seek((player.state.durationMs * Number(key)) / 10),
  },
  {
    name: 'nextChapter', keys: ['n'], shown: ['N'],
    isEnabled: ({ chapters }) => chapters.length > 0,
    perform: (context) => toChapter(context, 1),
  },
  {
    name: 'previousChapter', keys: ['p'], shown: ['P'],
    isEnabled: ({ chapters }) => chapters.length > 0,
    perform: (context) => toChapter(context, -1),
  },
  {
    name: 'search', keys: ['/'], shown: ['/'],
    perform: ({ searchTranscript }) => searchTranscript(),
  },
  { name: 'bookmark', keys: ['b'], shown: ['B'], perform: ({ bookmark }) => bookmark() },
  { name: 'help', keys: ['?'], shown: ['?'], perform: ({ showHelp }) => showHelp() },
];

const TYPED = 'input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable=true]';
const OWN_ARROWS = '[role=slider], [role=tab], [role=menu], [role=menuitemradio], input[type=radio]';
/** Custom elements of the player forward focus to themselves, so their tag names count. */
const PRESSED = 'button, a[href], summary, input[type=radio], input[type=checkbox], '
  + '[role=button], [role=tab], [role^=menuitem]';

/** Whether the element in focus needs the key for itself. */
export function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest(TYPED)) return true;
  if (target.closest('[role=dialog]')) return true;
  if ((key.startsWith('arrow') || key === 'home' || key === 'end') && target.closest(OWN_ARROWS)) {
    return true;
  }
  return (key === ' ' || key === 'enter') && target.closest(PRESSED) !== null;
}

/** Runs the action of a key press; false when it is nobody's. */
export function pressed(
  event: Pick<KeyboardEvent, 'key' | 'target' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  context: ActionContext,
): boolean {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target, key)) return false;
  const action = ACTIONS.find((each) => each.keys.includes(key));
  if (action === undefined || action.isEnabled?.(context) === false) return false;
  action.perform(context, key);
  return true;
}
