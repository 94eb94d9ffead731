import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';

import { renderUi } from './test_render';
import { FileLink } from './FileLink';

test('FI9 a picture opens in a tab of its own, anything else is saved', () => {
  const pdf = { file_id: 'f1', name: 'plan.pdf', media_type: 'application/pdf', octets: 900 };
  const png = { file_id: 'f2', name: 'press.png', media_type: 'image/png', octets: 900 };
  renderUi(
    <>
      <FileLink sessionId="s1" file={pdf} />
      <FileLink sessionId="s1" file={png} />
    </>,
  );
  const saved = screen.getByRole('link', { name: /^plan\.pdf/ });
  expect(saved.getAttribute('href')).toBe('/api/v1/sessions/s1/files/f1?download=true');
  const opened = screen.getByRole('link', { name: /press\.png/ });
  expect(opened.getAttribute('href')).toBe('/api/v1/sessions/s1/files/f2');
  expect(opened.getAttribute('target')).toBe('_blank');
});
