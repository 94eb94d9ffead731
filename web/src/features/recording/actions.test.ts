import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { Chapter } from '../../protocol';
import { type ActionContext, ACTIONS, isTaken, pressed } from './actions';
import { Player } from './player';

const chapters = [0, 30_000, 60_000].map((start_ms): Chapter => ({
  chapter_id: `c${start_ms}`, start_ms, end_ms: start_ms + 30_000, title: 'T', thumbnail: null,
  speaker_names: [],
}));

let context: ActionContext;
beforeEach(() => {
  context = {
    player: new Player(100_000, 50_000, 0), chapters, hasCaptions: true, isInPlayer: false,
    toggleFullscreen: vi.fn(), searchTranscript: vi.fn(), bookmark: vi.fn(), showHelp: vi.fn(),
  };
});

function press(key: string, target: EventTarget | null = document.body, more = {}): boolean {
  return pressed(
    { key, target, ctrlKey: false, metaKey: false, altKey: false, ...more }, context,
  );
}

describe('keys', () => {
  it.each([
    ['j', 40_000], ['l', 60_000], ['ArrowLeft', 45_000], ['ArrowRight', 55_000],
    ['0', 0], ['3', 30_000], ['n', 60_000], ['p', 30_000],
  ])('%s seeks to %s', (key, ms) => {
    expect(press(key)).toBe(true);
    expect(context.player.state.timeMs).toBe(ms);
  });
  it('steps through the speeds and stops at the ends', () => {
    press('>');
    expect(context.player.state.rate).toBe(1.25);
    for (let times = 0; times < 9; times += 1) press('<');
    expect(context.player.state.rate).toBe(0.5);
  });
  it('switches captions, only where there are some', () => {
    press('C');
    expect(context.player.state.areCaptionsOn).toBe(true);
    context = { ...context, hasCaptions: false };
    expect(press('c')).toBe(false);
  });
  it('reaches fullscreen, search and help', () => {
    ['f', '/', '?'].forEach((key) => press(key));
    expect(context.toggleFullscreen).toHaveBeenCalledOnce();
    expect(context.searchTranscript).toHaveBeenCalledOnce();
    expect(context.showHelp).toHaveBeenCalledOnce();
  });
  it('leaves the browser its own shortcuts', () => {
    expect(press('f', document.body, { ctrlKey: true })).toBe(false);
    expect(press('l', document.body, { metaKey: true })).toBe(false);
  });
  it('scrolls with up and down unless the player has the focus', () => {
    expect(press('ArrowUp')).toBe(false);
    context = { ...context, isInPlayer: true };
    expect(press('ArrowUp')).toBe(true);
  });
  it('means one thing each', () => {
    const keys = ACTIONS.flatMap((action) => action.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('isTaken', () => {
  function element(html: string): Element {
    document.body.innerHTML = html;
    return document.body.firstElementChild ?? document.body;
  }
  it.each([
    ['<input type="text">', 'k', true],
    ['<textarea></textarea>', ' ', true],
    ['<button>x</button>', ' ', true],
    ['<button>x</button>', 'k', false],
    ['<input type="radio">', 'arrowleft', true],
    ['<input type="radio">', 'j', false],
    ['<div role="slider"></div>', 'arrowright', true],
    ['<div role="tab"></div>', 'arrowleft', true],
    ['<p>x</p>', ' ', false],
    ['<div role="dialog"></div>', 'k', true],
  ])('%s and %s: %s', (html, key, taken) => {
    expect(isTaken(element(html), key)).toBe(taken);
  });
  it('takes nothing without an element', () => {
    expect(isTaken(null, 'k')).toBe(false);
  });
});
