/** What a page does with events about slides (docs/protocol.md). */
import type { DeckView, PresentationView, SessionSnapshot, WireEvent } from '../../../protocol';

type State = SessionSnapshot;
type Fold = (state: State, event: WireEvent) => State;

const text = (event: WireEvent, key: string): string => String(event.data[key] ?? '');
const number = (event: WireEvent, key: string): number => Number(event.data[key] ?? 0);

/** One title a line; erased ones leave their pages standing. */
function titlesIn(event: WireEvent): string[] {
  const titles = text(event, 'titles').split('\n');
  return Array.from({ length: number(event, 'page_count') }, (_, index) => titles[index] ?? '');
}

const withDeck = (state: State, deckId: string, change: Partial<DeckView>): State => ({
  ...state,
  decks: state.decks.map((deck) => (deck.deck_id === deckId ? { ...deck, ...change } : deck)),
});

function presenting(state: State, change: Partial<PresentationView>): State {
  const { presentation } = state;
  return presentation ? { ...state, presentation: { ...presentation, ...change } } : state;
}

export const SLIDES_FOLDS: Record<string, Fold> = {
  deck_added: (state, event) => ({
    ...state,
    decks: [
      ...state.decks,
      {
        deck_id: text(event, 'deck_id'),
        name: text(event, 'name'),
        titles: titlesIn(event),
        added_at_ms: event.at_ms,
        is_deleted: false,
      },
    ],
  }),
  deck_deleted: (state, event) => withDeck(state, text(event, 'deck_id'), { is_deleted: true }),
  deck_restored: (state, event) => withDeck(state, text(event, 'deck_id'), { is_deleted: false }),
  deck_renamed: (state, event) => {
    const deckId = text(event, 'deck_id');
    const change = { name: text(event, 'name') };
    const named = withDeck(state, deckId, change);
    return named.presentation?.deck_id === deckId ? presenting(named, change) : named;
  },
  decks_ordered: (state, event) => {
    const order = event.data.deck_ids as string[];
    const place = new Map(order.map((deckId, index) => [deckId, index]));
    const at = (deck: DeckView) => place.get(deck.deck_id) ?? order.length;
    return { ...state, decks: [...state.decks].sort((one, other) => at(one) - at(other)) };
  },
  slides_presented: (state, event) => ({
    ...state,
    presentation: {
      deck_id: text(event, 'deck_id'),
      name: text(event, 'name'),
      page_count: number(event, 'page_count'),
      page: number(event, 'page'),
      title: text(event, 'title'),
      by: text(event, 'by'),
      may_browse: false,
    },
  }),
  slide_changed: (state, event) =>
    presenting(state, {
      page: number(event, 'page'),
      title: text(event, 'title'),
      by: text(event, 'by'),
    }),
  slides_browsing_changed: (state, event) =>
    presenting(state, { may_browse: event.data.may_browse === true }),
  slides_stopped: (state) => ({ ...state, presentation: null }),
};
