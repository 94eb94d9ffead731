import { lazy, Suspense } from 'react';
import { useStore } from 'zustand';

import { ErrorState, Loading } from '../../../ui';
import classes from '../Panel.module.css';
import type { PadSync } from './sync';
import { usePad } from './usePad';

const NotesField = lazy(() => import('./NotesField'));

/** The class's shared notes: one text, everybody's. */
export function NotesTab() {
  const { pad, error, retry } = usePad('notes');
  return (
    <div className={classes.scroll} data-testid="notes-panel">
      {error ? (
        <ErrorState error={error} onRetry={retry} />
      ) : pad ? (
        <Opened pad={pad} />
      ) : (
        <Opening />
      )}
    </div>
  );
}

const Opening = () => <Loading rows={1} height={200} />;

function Opened({ pad }: { pad: PadSync }) {
  const phase = useStore(pad.store, (state) => state.phase);
  const generation = useStore(pad.store, (state) => state.generation);
  const wasOpen = useStore(pad.store, (state) => state.phase === 'open' || state.isUnsent);
  if (phase === 'failed') return <ErrorState error={null} onRetry={() => void pad.open()} />;
  if (phase === 'opening' && !wasOpen) return <Opening />;
  return (
    <Suspense fallback={<Opening />}>
      <NotesField key={generation} pad={pad} />
    </Suspense>
  );
}
