import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { EmptyState } from '../ui';

interface State {
  hasFailed: boolean;
}

/** A page that throws shows this instead of nothing; the error itself stays on the console. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { hasFailed: false };

  static getDerivedStateFromError(): State {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { t } = useTranslation();
  return (
    <EmptyState
      order={1}
      title={t('error.crash')}
      hint={t('error.crashHint')}
      action={<Button onClick={() => window.location.reload()}>{t('error.reload')}</Button>}
    />
  );
}
