import { act, cleanup } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import { renderUi } from '../../../ui/test_render';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aSnapshot } from '../fixtures';
import { noteBell } from '../notices';
import { StoreContext } from '../store';
import { Bells } from './Bells';
import * as bells from './bells';
import { aDebate } from './fixtures';

const { ringBell } = bells;

vi.mock('./bells', async (original) => ({
  ...(await original<typeof bells>()),
  ringBell: vi.fn(),
}));

afterEach(cleanup);

test('a bell sounds also when it comes with the end that it rings, and of the own debate only', () => {
  const classroom = new Classroom('s1');
  const preparing = aDebate({ stage: 'preparing', since_ms: 0 });
  classroom.store.setState({ session: aSnapshot({ debates: [preparing] }) });
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>
        <Bells />
      </StoreContext>
    </ClassroomContext>,
  );
  const bell = (debateId: string) =>
    act(() => {
      const running = aDebate({ stage: 'running', index: 0 });
      classroom.store.setState({ session: aSnapshot({ debates: [running] }) });
      noteBell(classroom.store, {
        type: 'debate_bell_rung',
        data: { debate_id: debateId, bells: 1, strokes: 2, bell_ms: 300_000 },
      } as unknown as Parameters<typeof noteBell>[1]);
    });
  bell('other');
  expect(ringBell).not.toHaveBeenCalled();
  bell('d1');
  expect(ringBell).toHaveBeenCalledExactlyOnceWith(2);
});
