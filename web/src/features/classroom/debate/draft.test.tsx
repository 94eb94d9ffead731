import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';

import { renderUi } from '../../../ui/test_render';
import { newStore, StoreContext } from '../store';
import { type Draft, useDraft, useMode } from './draft';

const EMPTY: Draft = {
  formatId: 'quick',
  motion: '',
  room: 'main',
  isAutomatic: false,
  size: null,
  variant: '',
  pois: null,
};

function Form() {
  const [draft, change] = useDraft(EMPTY);
  return (
    <input
      aria-label="Motion"
      value={draft.motion}
      onChange={(event) => change({ motion: event.currentTarget.value })}
    />
  );
}

function Panel() {
  const [mode, setMode] = useMode();
  return (
    <>
      <button type="button" onClick={() => setMode({ name: 'plan', debateId: null })}>
        Plan
      </button>
      <button type="button" onClick={() => setMode({ name: 'show' })}>
        Done
      </button>
      {mode.name === 'plan' && <Form />}
    </>
  );
}

afterEach(cleanup);

test('what is half planned stays when the panel moves, and goes when it is done', () => {
  const store = newStore({ microphone: null, camera: null, speaker: null } as never);
  const draw = () => renderUi(<StoreContext value={store}><Panel /></StoreContext>);
  const motion = () => screen.getByLabelText<HTMLInputElement>('Motion');
  draw();
  fireEvent.click(screen.getByText('Plan'));
  fireEvent.change(motion(), { target: { value: 'This house' } });
  cleanup();
  draw();
  expect(motion().value).toBe('This house');
  fireEvent.click(screen.getByText('Done'));
  fireEvent.click(screen.getByText('Plan'));
  expect(motion().value).toBe('');
});
