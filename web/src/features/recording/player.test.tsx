import { beforeEach, describe, expect, it, vi } from 'vitest';

import { Player } from './player';

/** The parts of a media element the player touches, driven by hand. */
class FakeMedia extends EventTarget {
  currentTime = 0;
  duration = 120;
  playbackRate = 1;
  volume = 1;
  muted = false;
  paused = true;
  ended = false;
  readyState = 0;
  currentSrc = '';
  error = null;
  buffered = { length: 1, start: () => 0, end: () => 40 };
  play = vi.fn(() => {
    this.paused = false;
    this.dispatchEvent(new Event('play'));
    return Promise.resolve();
  });
  pause = vi.fn(() => {
    this.paused = true;
    this.dispatchEvent(new Event('pause'));
  });
  load(): void {
    this.readyState = 4;
    this.dispatchEvent(new Event('loadedmetadata'));
  }
  tick(seconds: number): void {
    this.currentTime = seconds;
    this.dispatchEvent(new Event('timeupdate'));
  }
}

const attach = (player: Player, media: FakeMedia) =>
  player.attach(media as unknown as HTMLMediaElement);

let player: Player;
let media: FakeMedia;
beforeEach(() => {
  player = new Player(120_000, 30_000, 0);
  media = new FakeMedia();
});

describe('Player', () => {
  it('starts where it should once the element knows its length', () => {
    attach(player, media);
    expect(media.currentTime).toBe(0);
    media.load();
    expect(media.currentTime).toBe(30);
  });
  it('does not take the first zero of a loading element for the position', () => {
    attach(player, media);
    media.tick(0);
    expect(player.state.timeMs).toBe(30_000);
  });
  it('keeps a seek made before anything was loaded', () => {
    attach(player, media);
    player.seek(50_000);
    media.load();
    expect(media.currentTime).toBe(50);
  });
  it('follows the element and remembers the furthest point', () => {
    attach(player, media);
    media.load();
    media.tick(44);
    media.tick(12);
    expect(player.state).toMatchObject({ timeMs: 12_000, furthestMs: 44_000, bufferedMs: 40_000 });
  });
  it('stays inside the recording', () => {
    player.seek(-5);
    expect(player.state.timeMs).toBe(0);
    player.seek(999_000);
    expect(player.state.timeMs).toBeLessThan(120_000);
    expect(player.state.seeks).toBe(2);
  });
  it('goes on playing, at its place and speed, on the element that replaces the first', () => {
    const detach = attach(player, media);
    media.load();
    player.play();
    player.setRate(1.5);
    media.tick(61);
    detach();
    const next = new FakeMedia();
    attach(player, next);
    next.load();
    expect(next.currentTime).toBe(61);
    expect(next.playbackRate).toBe(1.5);
    expect(next.play).toHaveBeenCalled();
  });
  it('does not start by itself what was paused', () => {
    const detach = attach(player, media);
    media.load();
    player.play();
    player.pause();
    detach();
    const next = new FakeMedia();
    attach(player, next);
    next.load();
    expect(next.play).not.toHaveBeenCalled();
  });
});
