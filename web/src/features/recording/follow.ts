/**
 * Following the current segment. The list scrolls by itself until the reader scrolls it; then it
 * stays put until they ask to come back, seek, or the current segment is in view again.
 */
export interface Follow {
  readonly isFollowing: boolean;
  /** Our own smooth scrolls fire scroll events too; those before this time are not the reader's. */
  readonly ownScrollUntil: number;
}

export type FollowEvent =
  | { readonly kind: 'scrolled_by_us'; readonly at: number }
  | { readonly kind: 'reader_scrolled'; readonly at: number; readonly isCurrentInView: boolean }
  /** Something else leads now, such as a search hit. */
  | { readonly kind: 'left' }
  | { readonly kind: 'came_back' }
  | { readonly kind: 'seeked' };

/** Longest smooth scroll seen in Chromium and Firefox for a list of this height. */
const OWN_SCROLL_MS = 700;

export const FOLLOWING: Follow = { isFollowing: true, ownScrollUntil: 0 };

export function follow(state: Follow, event: FollowEvent): Follow {
  switch (event.kind) {
    case 'scrolled_by_us':
      return { ...state, ownScrollUntil: event.at + OWN_SCROLL_MS };
    case 'reader_scrolled':
      if (event.at < state.ownScrollUntil) return state;
      return state.isFollowing === event.isCurrentInView
        ? state
        : { ...state, isFollowing: event.isCurrentInView };
    case 'left':
      return state.isFollowing ? { ...state, isFollowing: false } : state;
    case 'came_back':
    case 'seeked':
      return state.isFollowing ? state : { ...state, isFollowing: true };
  }
}

/** Scroll offset that puts an entry a third down the list, where the eye reads on. */
export function followOffset(
  list: { readonly height: number; readonly scrollHeight: number },
  entry: { readonly top: number; readonly height: number },
): number {
  const wanted = entry.top - list.height / 3 + Math.min(entry.height, list.height / 3) / 2;
  return Math.round(Math.min(Math.max(0, wanted), Math.max(0, list.scrollHeight - list.height)));
}
