import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import type { PadSync } from './sync';

const KNOWN = ['locked', 'unattended', 'pad_full', 'too_large'] as const;

/** What the server did not take, said until it is put away. */
export function ProblemNote({ pad }: { pad: PadSync }) {
  const { t } = useTranslation('pads');
  const { t: common } = useTranslation();
  const problem = useStore(pad.store, (state) => state.problem);
  if (problem === null) return null;
  const known = KNOWN.find((code) => code === problem) ?? 'other';
  return (
    <Alert
      color="orange"
      mb="sm"
      p="xs"
      role="alert"
      withCloseButton
      closeButtonLabel={common('action.close')}
      onClose={() => pad.store.setState({ problem: null })}
    >
      {t(`problem.${known}`)}
    </Alert>
  );
}
