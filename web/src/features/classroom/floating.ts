/** Reactions on their way up the page: shown for a while, never kept. */
import type { ReactionShown } from '../../protocol';
import type { Floating, PageStore } from './store';

const FLOATS_MS = 4000;
const MOST_FLOATING = 40;

export class FloatingReactions {
  private count = 0;

  constructor(private readonly store: PageStore) {}

  show(shown: ReactionShown[]): void {
    for (const one of shown) {
      this.count += 1;
      const id = this.count;
      // Beside each other, without a die: seven is no divisor of ten.
      const floating: Floating = {
        id,
        participantId: one.participant_id,
        kind: one.kind,
        across: ((id * 7) % 10) / 10,
      };
      this.store.setState((state) => ({
        floating: [...state.floating.slice(1 - MOST_FLOATING), floating],
      }));
      window.setTimeout(() => this.hide(id), FLOATS_MS);
    }
  }

  private hide(id: number): void {
    this.store.setState((state) => ({
      floating: state.floating.filter((other) => other.id !== id),
    }));
  }
}
