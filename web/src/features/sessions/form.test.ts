import { expect, test } from 'vitest';

import { bodyOf, emptyForm, formTrouble } from './form';

const form = { ...emptyForm(Date.parse('2026-01-01T10:10:00Z')), zone: 'Europe/Paris' };

test('an unscheduled session has no start', () => {
  expect(bodyOf({ ...form, title: ' Printing ' }, null)).toMatchObject({
    title: 'Printing',
    starts_at: null,
    course_id: null,
    record_automatically: true,
  });
});

test('a scheduled one starts at the wall time of its zone', () => {
  const scheduled = { ...form, title: 'T', isScheduled: true, date: '2026-06-01', time: '09:00' };
  expect(bodyOf(scheduled, 'c1')).toMatchObject({
    starts_at: '2026-06-01T07:00:00.000Z',
    course_id: 'c1',
  });
});

test('what is missing is named', () => {
  expect(formTrouble(form)).toBe('titleMissing');
  expect(formTrouble({ ...form, title: 'T', isScheduled: true, date: '' })).toBe('timeMissing');
  expect(formTrouble({ ...form, title: 'T' })).toBeNull();
});
