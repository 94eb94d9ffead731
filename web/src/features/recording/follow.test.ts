import { describe, expect, it } from 'vitest';
import { FOLLOWING, follow, followOffset } from './follow';

describe('follow', () => {
  it('stops when the reader scrolls away and says so once', () => {
    const away = follow(FOLLOWING, { kind: 'reader_scrolled', at: 1_000, isCurrentInView: false });
    expect(away.isFollowing).toBe(false);
    expect(follow(away, { kind: 'reader_scrolled', at: 1_100, isCurrentInView: false })).toBe(away);
  });
  it("does not take its own scroll for the reader's", () => {
    const scrolling = follow(FOLLOWING, { kind: 'scrolled_by_us', at: 1_000 });
    const during = follow(scrolling, {
      kind: 'reader_scrolled', at: 1_300, isCurrentInView: false,
    });
    expect(during.isFollowing).toBe(true);
    const after = follow(scrolling, {
      kind: 'reader_scrolled', at: 2_000, isCurrentInView: false,
    });
    expect(after.isFollowing).toBe(false);
  });
  it('leaves the lead to a search hit', () => {
    expect(follow(FOLLOWING, { kind: 'left' }).isFollowing).toBe(false);
  });
  it('takes up again on request, on a seek and when the reader scrolls back to it', () => {
    const away = follow(FOLLOWING, { kind: 'reader_scrolled', at: 1_000, isCurrentInView: false });
    expect(follow(away, { kind: 'came_back' }).isFollowing).toBe(true);
    expect(follow(away, { kind: 'seeked' }).isFollowing).toBe(true);
    const back = follow(away, { kind: 'reader_scrolled', at: 3_000, isCurrentInView: true });
    expect(back.isFollowing).toBe(true);
  });
});

describe('followOffset', () => {
  const list = { height: 600, scrollHeight: 3_000 };
  it('puts the entry a third down', () => {
    expect(followOffset(list, { top: 1_000, height: 60 })).toBe(830);
  });
  it('stays inside the list', () => {
    expect(followOffset(list, { top: 20, height: 60 })).toBe(0);
    expect(followOffset(list, { top: 2_980, height: 60 })).toBe(2_400);
    expect(followOffset({ height: 600, scrollHeight: 200 }, { top: 100, height: 60 })).toBe(0);
  });
});
