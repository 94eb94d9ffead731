import { MantineProvider } from '@mantine/core';
import { render } from '@testing-library/react';
import type { ReactElement } from 'react';

import { cssVariables, theme } from './theme';

/** Render as the app does, without transitions to wait for. */
export function renderUi(element: ReactElement) {
  return render(
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} env="test">
      {element}
    </MantineProvider>,
  );
}
