import { Notifications } from '@mantine/notifications';
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type {
  AnyCommand,
  Deck,
  DeckView,
  Pointer,
  PresentationView,
  SessionSnapshot,
  SlideUpload,
} from '../../../protocol';
import { ApiError, http } from '../../../transport/http';
import * as upload from '../../../transport/upload';
import { renderUi } from '../../../ui/test_render';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aPerson, aSnapshot, eventsAfter } from '../fixtures';
import { applyEvents } from '../state';
import { StoreContext } from '../store';
import { announceSlides } from './announce';
import { SlidesControl } from './control';
import { ClassDecks } from './SlidesDialog';
import { SlidesStage } from './SlidesStage';

vi.setConfig({ testTimeout: 30_000 });

const NOW: PresentationView = {
  deck_id: 'd1',
  name: 'Printing',
  page_count: 3,
  page: 2,
  title: 'Movable type',
  by: 'ada',
  may_browse: false,
};
const DECK: DeckView = {
  deck_id: 'd1',
  name: 'Printing',
  titles: ['Printing', 'Movable type', 'Paper'],
  added_at_ms: 1,
  is_deleted: false,
};
const PAGES: Deck = {
  deck_id: 'd1',
  name: 'Printing',
  pages: DECK.titles.map((title, index) => ({
    number: index + 1,
    title,
    text: `${title}\nWhat is new?\nA) much\nB) little`,
    notes: index === 1 ? 'Show the letters' : '',
    width: 1920,
    height: 1080,
  })),
};
const LEARNER = { me: 'ben' };

function show(element: React.ReactElement, over: Partial<SessionSnapshot> = {}) {
  const classroom = new Classroom('s1');
  const sent: AnyCommand[] = [];
  vi.spyOn(classroom, 'command').mockImplementation((command) => {
    sent.push(command);
    return Promise.resolve(true);
  });
  const session = aSnapshot({
    participants: [aPerson('ada', { role: 'facilitator' }), aPerson('ben')],
    ...over,
  });
  classroom.store.setState({ session, status: 'connected' });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>{element}</StoreContext>
      <Notifications />
    </ClassroomContext>,
  );
  return { sent, classroom };
}

beforeEach(() => {
  vi.spyOn(http, 'get').mockImplementation(async (path) =>
    (path.endsWith('/uploads') ? [] : PAGES) as never,
  );
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const picture = () => screen.getByRole('img', { name: /^Slide/ });

describe('on the stage', () => {
  test('everybody sees the page, with its text for who cannot see it', async () => {
    show(<SlidesStage now={NOW} />, LEARNER);
    expect(picture().getAttribute('alt')).toBe('Slide 2 of 3: Movable type');
    expect(picture().getAttribute('src')).toBe('/api/v1/sessions/s1/slides/d1/2/page');
    await waitFor(() => expect(screen.getByText(/A\) much/)).toBeTruthy());
    expect(screen.queryByRole('button', { name: 'Next slide' })).toBeNull();
    expect(screen.queryByText('Show the letters')).toBeNull();
  });

  test('a facilitator turns pages by button, thumbnail and key', async () => {
    const { sent } = show(<SlidesStage now={NOW} />);
    await screen.findByText('Show the letters');
    fireEvent.click(screen.getByRole('button', { name: 'Next slide' }));
    fireEvent.click(screen.getByRole('button', { name: '1: Printing' }));
    fireEvent.keyDown(window, { key: 'PageUp' });
    fireEvent.keyDown(window, { key: 'End' });
    fireEvent.keyDown(window, { key: 'ArrowRight', altKey: true });
    expect(sent.map((one) => one.type === 'turn_page' && one.page)).toEqual([3, 1, 1, 3]);
    fireEvent.click(screen.getByRole('button', { name: 'Everybody may turn the pages' }));
    fireEvent.click(screen.getByRole('button', { name: 'Stop presenting' }));
    expect(sent.slice(4)).toEqual([
      { type: 'let_browse', is_on: true },
      { type: 'stop_presenting' },
    ]);
  });

  test('keys that others want stay theirs', () => {
    const { sent } = show(
      <>
        <input aria-label="chat" />
        <SlidesStage now={NOW} />
      </>,
    );
    const input = screen.getByRole('textbox', { name: 'chat' });
    input.focus();
    fireEvent.keyDown(input, { key: 'ArrowRight' });
    expect(sent).toEqual([]);
  });

  test('who may browse looks elsewhere, and goes back', () => {
    const { sent } = show(<SlidesStage now={{ ...NOW, may_browse: true }} />, LEARNER);
    fireEvent.click(screen.getByRole('button', { name: 'Next slide' }));
    expect(picture().getAttribute('src')).toContain('/3/page');
    fireEvent.click(screen.getByRole('button', { name: 'Back to presenter' }));
    expect(picture().getAttribute('src')).toContain('/2/page');
    expect(screen.queryByRole('button', { name: 'Back to presenter' })).toBeNull();
    expect(sent).toEqual([]);
  });

  test('a picture that does not come can be asked for again', () => {
    show(<SlidesStage now={NOW} />, LEARNER);
    fireEvent.error(picture());
    expect(screen.getByRole('alert').textContent).toContain('cannot be shown');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(picture()).toBeTruthy();
  });

  test('a poll is made of what the slide asks', async () => {
    const { classroom } = show(<SlidesStage now={NOW} />);
    await screen.findByText('Show the letters');
    fireEvent.click(screen.getByRole('button', { name: 'Poll from this slide' }));
    const { pollText, tab } = classroom.store.getState();
    expect(tab).toBe('poll');
    expect(pollText).toBe('What is new?\nA) much\nB) little');
  });

  test('the pointer of others is seen on its page alone', async () => {
    const { classroom } = show(<SlidesStage now={NOW} />, LEARNER);
    const at = { participant_id: 'ada', deck_id: 'd1', x: 0.25, y: 0.5 };
    classroom.slides.shown([{ ...at, page: 2 }]);
    expect((await screen.findByTestId('pointer')).style.left).toBe('25%');
    classroom.slides.shown([{ ...at, page: 1 }]);
    await waitFor(() => expect(screen.queryByTestId('pointer')).toBeNull());
  });
});

describe('the pointer', () => {
  test('sends so often and no more, and always that it is gone', () => {
    vi.useFakeTimers();
    const sent: Pointer[] = [];
    const control = new SlidesControl((pointer) => sent.push(pointer));
    const point = (x: number | null) => control.point({ deck_id: 'd', page: 1, x, y: x });
    for (const x of [0.1, 0.2, 0.3]) point(x);
    expect(sent.map((one) => one.x)).toEqual([0.1]);
    vi.advanceTimersByTime(80);
    expect(sent.map((one) => one.x)).toEqual([0.1, 0.3]);
    point(0.4);
    point(null);
    vi.advanceTimersByTime(500);
    expect(sent.at(-1)?.x).toBeNull();
    expect(sent).toHaveLength(3);
    control.close();
    vi.useRealTimers();
  });
});

describe('decks', () => {
  const OTHERS = [
    { ...DECK, deck_id: 'd2', name: 'Binding' },
    { ...DECK, deck_id: 'd3', name: 'Old', is_deleted: true },
  ];
  const choose = async (deck: string, item: string) => {
    fireEvent.click(screen.getByRole('button', { name: `More about ${deck}` }));
    fireEvent.click(await screen.findByRole('menuitem', { name: item }));
  };

  test('are presented, from any page, deleted and brought back', async () => {
    const { sent } = show(<ClassDecks onPresented={() => undefined} />, {
      decks: [DECK, ...OTHERS],
    });
    fireEvent.click(screen.getByRole('button', { name: 'Present Printing' }));
    fireEvent.click(screen.getByRole('button', { name: '3 pages of Printing' }));
    fireEvent.click(screen.getByRole('button', { name: 'Present 2 · Movable type' }));
    await choose('Printing', 'Delete');
    fireEvent.click(screen.getByRole('button', { name: 'Bring back Old' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    expect(sent).toEqual([
      { type: 'present_deck', deck_id: 'd1', page: 1 },
      { type: 'present_deck', deck_id: 'd1', page: 2 },
      { type: 'delete_deck', deck_id: 'd1' },
      { type: 'restore_deck', deck_id: 'd3' },
      { type: 'restore_deck', deck_id: 'd1' },
    ]);
  });

  test('are renamed and put in order, by menu and by key', async () => {
    const { sent } = show(<ClassDecks onPresented={() => undefined} />, {
      decks: [DECK, ...OTHERS],
    });
    const names = () =>
      screen.getAllByRole('button', { name: /^Move .* place/ }).map((one) => one.ariaLabel);
    await choose('Binding', 'Move up');
    expect(sent.pop()).toEqual({ type: 'order_decks', deck_ids: ['d2', 'd1'] });
    expect(names()).toEqual(['Move Binding, place 1', 'Move Printing, place 2']);
    expect(screen.getByText('Binding: place 1 of 2')).toBeTruthy();
    fireEvent.keyDown(screen.getByRole('button', { name: /^Move Binding/ }), { key: 'End' });
    expect(sent.pop()).toEqual({ type: 'order_decks', deck_ids: ['d1', 'd2'] });
    await choose('Binding', 'Rename');
    const field = screen.getByRole('textbox', { name: 'Name of Binding' });
    fireEvent.change(field, { target: { value: ' ' } });
    expect(screen.getByRole('button', { name: 'Save' }).hasAttribute('disabled')).toBe(true);
    fireEvent.change(field, { target: { value: 'Sewn books' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(screen.queryByRole('textbox')).toBeNull());
    expect(sent).toEqual([{ type: 'rename_deck', deck_id: 'd2', name: 'Sewn books' }]);
    await choose('Binding', 'Rename');
    fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Escape' });
    expect(screen.queryByRole('textbox')).toBeNull();
  });

  test('an empty list says what to do', () => {
    show(<ClassDecks onPresented={() => undefined} />);
    expect(screen.getByText('No slides yet')).toBeTruthy();
  });

  test('an upload shows how far it is, and what stood in its way', async () => {
    const running: SlideUpload = {
      upload_id: 'u',
      name: 'a.pdf',
      state: 'failed',
      pages_done: 0,
      page_count: null,
      deck_id: null,
      error: { code: 'slides_encrypted', message: '' },
    };
    vi.spyOn(upload, 'uploadFile').mockImplementation((_path, _query, _file, onProgress) => {
      onProgress(0.4);
      const done = new Promise<never>((resolve) =>
        window.setTimeout(() => resolve(running as never), 50),
      );
      return { done, cancel: () => undefined };
    });
    const { classroom } = show(<ClassDecks onPresented={() => undefined} />);
    void classroom.uploads.send(new File(['x'], 'a.pdf'));
    expect(await screen.findByText('Uploading, 40%')).toBeTruthy();
    expect(await screen.findByText(/has a password/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Dismiss a.pdf' }));
    await waitFor(() => expect(screen.queryByText(/has a password/)).toBeNull());
  });

  test('what was on its way before the page was loaded again goes on, and failures stay', async () => {
    const one: SlideUpload = {
      upload_id: 'u1', name: 'a', state: 'converting', pages_done: 1, page_count: 4,
      deck_id: null, error: null,
    };
    const failed: SlideUpload = {
      ...one, upload_id: 'u2', name: 'b', state: 'failed',
      error: { code: 'slides_encrypted', message: '' },
    };
    const get = vi.spyOn(http, 'get').mockImplementation(async (path) =>
      (path.endsWith('/uploads') ? [one, failed] : { ...one, state: 'done' }) as never,
    );
    const drop = vi.spyOn(http, 'delete').mockResolvedValue(undefined as never);
    const { classroom } = show(<ClassDecks onPresented={() => undefined} />);
    expect(await screen.findByText('a')).toBeTruthy();
    expect(await screen.findByText(/has a password/)).toBeTruthy();
    await classroom.uploads.resume();
    expect(screen.getAllByText('a')).toHaveLength(1);
    await waitFor(() => expect(screen.queryByText('a')).toBeNull(), { timeout: 3_000 });
    expect(drop).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole('button', { name: 'Dismiss b' }));
    await waitFor(() => expect(screen.queryByText('b')).toBeNull());
    expect(drop.mock.calls[0]?.[0]).toMatch(/\/slides\/uploads\/u2$/);
    expect(get.mock.calls[0]?.[0]).toMatch(/\/slides\/uploads$/);
  });

  test('an upload is cancelled', async () => {
    vi.spyOn(upload, 'uploadFile').mockImplementation(() => {
      let cancel = (): void => undefined;
      const done = new Promise<never>((_, reject) => {
        cancel = () => reject(new ApiError(0, { code: 'cancelled', message: '' }));
      });
      return { done, cancel: () => cancel() };
    });
    const { classroom } = show(<ClassDecks onPresented={() => undefined} />);
    void classroom.uploads.send(new File(['x'], 'a.pdf'));
    fireEvent.click(
      await screen.findByRole('button', { name: 'Cancel the upload of a.pdf' }),
    );
    await waitFor(() => expect(screen.queryByText('a.pdf')).toBeNull());
  });
});

describe('the fold', () => {
  test('follows every event', () => {
    const start = aSnapshot();
    const next = eventsAfter(start);
    const added = { deck_id: 'd1', name: 'Printing', page_count: 3, titles: 'One\n\nThree' };
    const presented = { ...NOW, may_browse: undefined };
    let state = applyEvents(start, [
      next('deck_added', added),
      next('slides_presented', presented),
      next('slide_changed', { deck_id: 'd1', page: 3, title: 'Three', by: 'ada' }),
      next('slides_browsing_changed', { may_browse: true, by: 'ada' }),
    ]);
    expect(state.decks[0]?.titles).toEqual(['One', '', 'Three']);
    expect(state.presentation).toMatchObject({ page: 3, title: 'Three', may_browse: true });
    state = applyEvents(state, [next('slides_stopped', {}), next('deck_deleted', added)]);
    expect(state.presentation).toBeNull();
    expect(state.decks[0]?.is_deleted).toBe(true);
    expect(applyEvents(state, [next('deck_restored', added)]).decks[0]?.is_deleted).toBe(false);
    state = applyEvents(state, [
      next('deck_added', { ...added, deck_id: 'd2' }),
      next('decks_ordered', { deck_ids: ['d2', 'd1'] }),
      next('slides_presented', { ...presented, deck_id: 'd2' }),
      next('deck_renamed', { deck_id: 'd2', name: 'Binding' }),
    ]);
    expect(state.decks.map((deck) => deck.name)).toEqual(['Binding', 'Printing']);
    expect(state.presentation?.name).toBe('Binding');
  });

  test('says aloud what others turned', () => {
    const session = aSnapshot({ presentation: NOW, me: 'ben' });
    const event = eventsAfter(session)('slide_changed', { ...NOW });
    expect(announceSlides(session, event)).toBe('Slide 2 of 3. Movable type');
    expect(announceSlides({ ...session, me: 'ada' }, event)).toBeNull();
  });
});
