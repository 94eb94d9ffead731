import { act, fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import * as Y from 'yjs';

import type { SessionSnapshot } from '../../../protocol';
import { renderUi } from '../../../ui/test_render';
import { Classroom } from '../classroom';
import { ClassroomContext } from '../context';
import { aPerson, aSnapshot } from '../fixtures';
import { StoreContext } from '../store';
import NotesField from './NotesField';
import { PadSync } from './sync';

function show(over: Partial<SessionSnapshot> = {}) {
  const classroom = new Classroom('s1');
  classroom.store.setState({ session: aSnapshot(over), status: 'connected' });
  const pad = new PadSync('notes', () => null);
  pad.store.setState({ phase: 'open' });
  const theirs = new Y.Doc();
  theirs.getText('text').insert(0, 'one three');
  pad.receive(Y.encodeStateAsUpdate(theirs));
  renderUi(
    <ClassroomContext value={classroom}>
      <StoreContext value={classroom.store}>
        <NotesField pad={pad} />
      </StoreContext>
    </ClassroomContext>,
  );
  const box = screen.getByTestId<HTMLTextAreaElement>('shared-notes');
  return { pad, theirs, box };
}

const learner = { participants: [aPerson('ada'), aPerson('ben', { role: 'facilitator' })] };

test('others write around the caret, and it stays where it was', () => {
  const { pad, theirs, box } = show();
  box.focus();
  box.setSelectionRange(9, 9);
  theirs.getText('text').insert(4, 'two ');
  act(() => pad.receive(Y.encodeStateAsUpdate(theirs)));
  expect(box.value).toBe('one two three');
  expect([box.selectionStart, box.selectionEnd]).toEqual([13, 13]);
});

test('what is typed is in the document, and can be undone without their words', () => {
  const { pad, theirs, box } = show();
  fireEvent.change(box, { target: { value: 'one three!' } });
  expect(pad.doc.getText('text').toString()).toBe('one three!');
  theirs.getText('text').insert(0, '> ');
  act(() => pad.receive(Y.encodeStateAsUpdate(theirs)));
  expect(box.value).toBe('> one three!');
  fireEvent.keyDown(box, { key: 'z', ctrlKey: true });
  expect(box.value).toBe('> one three');
  fireEvent.keyDown(box, { key: 'Z', ctrlKey: true, shiftKey: true });
  expect(box.value).toBe('> one three!');
});

test('a lock keeps learners from writing and says so', () => {
  const { box } = show({ ...learner, locks: ['notes'] });
  expect(box.readOnly).toBe(true);
  expect(screen.getByText(/switched off writing/)).toBeTruthy();
});

test('who else is writing is said by name', () => {
  const { pad } = show();
  act(() => pad.show([{ pad: 'notes', participant_id: 'ben', x: null, y: null }]));
  expect(screen.getByTestId('notes-writing').textContent).toContain('is writing');
});

test('what the server did not take is said', () => {
  const { pad } = show();
  act(() => pad.store.setState({ problem: 'pad_full' }));
  expect(screen.getByRole('alert').textContent).toContain('no room left');
});
