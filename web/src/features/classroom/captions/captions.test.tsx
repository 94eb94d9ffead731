import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { CaptionLine, CaptionStatus } from '../../../protocol';
import { renderUi } from '../../../ui/test_render';
import { ACTIONS } from '../actions';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aPerson, aSnapshot } from '../fixtures';
import { StoreContext } from '../store';
import { CaptionArea } from './CaptionArea';
import { PageCaptions } from './captions';
import { CaptionsDialog } from './CaptionsDialog';
import { delayOf, newCaptions, rememberedCaptions, shownLines, withLine, withStatus } from './state';

const line = (id: string, text: string, over: Partial<CaptionLine> = {}): CaptionLine => ({
  line_id: id,
  participant_id: 'ben',
  text,
  is_final: true,
  at_ms: 1000,
  delay_ms: 2000,
  ...over,
});
const status = (state: CaptionStatus['state'], retry_s: number | null = null): CaptionStatus => ({
  state,
  language: 'en',
  retry_s,
});
const texts = (view: { lines: readonly { text: string }[] }) => view.lines.map((one) => one.text);

beforeEach(() => window.localStorage.clear());
afterEach(cleanup);

describe('what is shown', () => {
  test('later words replace provisional ones, and an empty line takes them away', () => {
    let view = withLine(newCaptions(), line('1', 'hel', { is_final: false }), 0);
    view = withLine(view, line('1', 'hello', { is_final: false }), 100);
    expect(texts(view)).toEqual(['hello']);
    view = withLine(view, line('2', 'hm', { at_ms: 2000, is_final: false }), 100);
    view = withLine(view, line('2', ''), 200);
    expect(texts(view)).toEqual(['hello']);
    expect(texts(withLine(view, line('3', ''), 300))).toEqual(['hello']);
  });

  test('lines stand in the order in which they were said', () => {
    let view = withLine(newCaptions(), line('late', 'second', { at_ms: 5000 }), 0);
    view = withLine(view, line('early', 'first', { at_ms: 4000 }), 1);
    expect(texts(view)).toEqual(['first', 'second']);
  });

  test('under the stage stand the last few, and not for ever', () => {
    let view = newCaptions();
    for (const n of [1, 2, 3, 4]) view = withLine(view, line(`${n}`, `${n}`, { at_ms: n }), n);
    expect(shownLines(view.lines, 100).map((one) => one.text)).toEqual(['2', '3', '4']);
    expect(shownLines(view.lines, 60_000)).toEqual([]);
  });

  test('a long class does not fill the memory', () => {
    let view = newCaptions();
    for (let n = 0; n < 600; n += 1) view = withLine(view, line(`${n}`, 'x', { at_ms: n }), n);
    expect(view.lines.length).toBe(500);
  });

  test('the delay is that of late, with the way to this page', () => {
    let view = newCaptions();
    expect(delayOf(view.lines, 40)).toBeNull();
    for (const [n, delay_ms] of [9000, 1000, 2000, 3000, 2500, 1500].entries()) {
      view = withLine(view, line(`${n}`, 'x', { at_ms: n, delay_ms }), 0);
    }
    expect(delayOf(view.lines, null)).toBe(2000);
    expect(delayOf(view.lines, 100)).toBe(2050);
  });

  test('when captions stop, provisional words go', () => {
    let view = withLine(newCaptions(), line('1', 'stands'), 0);
    view = withLine(view, line('2', 'half', { is_final: false, at_ms: 2000 }), 0);
    expect(texts(withStatus(view, status('fewer')))).toEqual(['stands', 'half']);
    expect(texts(withStatus(view, status('busy', 20)))).toEqual(['stands']);
  });
});

function room(wants = true) {
  window.localStorage.setItem('reprise-captions', JSON.stringify({ wants, size: 'large' }));
  const classroom = new Classroom('s1');
  const people = [aPerson('ada'), aPerson('ben', { name: 'Ben' })];
  classroom.store.setState({ session: aSnapshot({ participants: people }), status: 'connected' });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>
        <CaptionArea />
        <CaptionsDialog />
      </StoreContext>
    </ClassroomContext>,
  );
  return classroom;
}

describe('on the page', () => {
  test('who speaks is named, provisional words look different, the delay is said', async () => {
    const { captions } = room();
    act(() => {
      captions.status(status('on'));
      captions.line(line('1', 'Printing is an art.'));
      captions.line(line('2', 'and a cra', { is_final: false, at_ms: 2000 }));
    });
    expect(screen.getAllByText('Ben')).toHaveLength(2);
    const open = screen.getByText('and a cra').closest('p');
    expect(open?.dataset.provisional).toBe('true');
    expect(screen.getByText('Printing is an art.').closest('p')?.dataset.provisional).toBe(
      undefined,
    );
    expect(screen.getByText('2.0 s behind')).toBeTruthy();
    expect(screen.getByTestId('captions').dataset.size).toBe('large');
    expect((await axe.run(document.body, { rules: { region: { enabled: false } } })).violations).toEqual([]);
  });

  test.each([
    ['starting', 'Captions are starting…'],
    ['busy', 'The machine is busy. Captions come back when it has time.'],
    ['failed', 'Captions stopped. They start again in 4 seconds.'],
  ] as const)('%s is said', (state, text) => {
    const { captions } = room();
    act(() => captions.status(status(state, 4)));
    expect(screen.getByText(text)).toBeTruthy();
  });

  test('nothing is read out unless asked for, and then only what stands', () => {
    const { captions } = room();
    act(() => {
      captions.status(status('on'));
      captions.line(line('1', 'It stands.'));
      captions.line(line('2', 'it does n', { is_final: false, at_ms: 2000 }));
    });
    expect(document.querySelector('[aria-live="polite"]')).toBeNull();
    act(() => captions.set({ isSpoken: true }));
    expect(document.querySelector('[aria-live="polite"]')?.textContent).toBe('It stands.');
  });

  test('all that was said can be read again', async () => {
    // As new browsers do it: with a promise.
    Element.prototype.scrollIntoView = () => Promise.resolve();
    const classroom = room();
    act(() => {
      for (const n of [1, 2, 3, 4, 5]) {
        classroom.captions.line(line(`${n}`, `Sentence ${n}.`, { at_ms: n * 1000 }));
      }
    });
    expect(screen.queryByText('Sentence 1.')).toBeNull();
    fireEvent.click(screen.getByLabelText('All that was said, and settings'));
    expect(await screen.findByText('Sentence 1.')).toBeTruthy();
    act(() => classroom.captions.line(line('6', 'Sentence 6.', { at_ms: 6000 })));
    expect(screen.getAllByText('Sentence 6.')).toHaveLength(2);
    fireEvent.click(screen.getByText('Small'));
    expect(classroom.store.getState().captions.size).toBe('small');
  });

  test('a server without captions offers none', () => {
    const classroom = room();
    act(() => classroom.captions.status(status('unavailable')));
    expect(screen.queryByTestId('captions')).toBeNull();
    expect(ACTIONS.captions.isAvailable(classroom.store.getState())).toBe(false);
    expect(ACTIONS.captionSettings.isAvailable(classroom.store.getState())).toBe(false);
  });
});

describe('the wish', () => {
  test('is remembered by the browser and said again after every connect', async () => {
    const { store } = room(false);
    const asked: boolean[] = [];
    const captions = new PageCaptions(store, (wants) => {
      asked.push(wants);
      return Promise.resolve(status(wants ? 'starting' : 'off'));
    });
    await captions.connected();
    await captions.toggle();
    expect(rememberedCaptions().wants).toBe(true);
    expect(store.getState().captions.state).toBe('starting');
    await captions.connected();
    expect(asked).toEqual([false, true, true]);
    captions.line(line('1', 'heard'));
    await captions.toggle();
    captions.line(line('2', 'too late'));
    expect(texts(store.getState().captions)).toEqual(['heard']);
    expect(rememberedCaptions().wants).toBe(false);
  });

  test('storage that is blocked or spoilt does no harm', () => {
    window.localStorage.setItem('reprise-captions', '{"size":"huge","wants":"yes"}');
    expect(rememberedCaptions()).toEqual({ wants: false, size: 'medium', isSpoken: false });
    window.localStorage.setItem('reprise-captions', 'null');
    expect(rememberedCaptions().size).toBe('medium');
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new Error('blocked');
    });
    expect(rememberedCaptions().wants).toBe(false);
    vi.restoreAllMocks();
  });
});
