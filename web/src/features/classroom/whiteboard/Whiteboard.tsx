import { Button, Loader } from '@mantine/core';
import { IconChalkboard, IconEraser, IconX } from '@tabler/icons-react';
import { Component, lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import type { PadName } from '../../../protocol';
import { ErrorState, toast } from '../../../ui';
import { useClassroom } from '../context';
import { useBarrier } from '../pads/access';
import { ProblemNote } from '../pads/ProblemNote';
import type { PadSync } from '../pads/sync';
import { usePad } from '../pads/usePad';
import { isFacilitator } from '../selectors';
import { useSession } from '../store';
import { type ElementMap, elementIn, elementsOf, shapesOf, textsOf } from './elements';
import classes from './Whiteboard.module.css';

// Its fonts lie with the app; without this it would ask a server elsewhere for them.
Object.assign(window, { EXCALIDRAW_ASSET_PATH: '/excalidraw/' });

const Board = lazy(() => import('./Board'));

interface Props {
  /** The class's, or that of a breakout room. */
  name?: PadName;
  /** Of a room that is closed: to look at, in a dialog that names and closes it. */
  isClosed?: boolean;
  /** How one leaves a room's; the class's is closed for everybody, by facilitators. */
  onClose?: () => void;
}

/** A whiteboard: who may draw, draws; everybody sees the same. */
export function Whiteboard({ name = 'whiteboard', isClosed = false, onClose }: Props) {
  const { t } = useTranslation('pads');
  const { pad, error, retry } = usePad(name);
  return (
    <div className={classes.whiteboard} data-testid="whiteboard">
      {error ? (
        <ErrorState error={error} onRetry={retry} />
      ) : pad ? (
        <Opened pad={pad} isClosed={isClosed} onClose={onClose} />
      ) : (
        <Opening label={t('board.opening')} />
      )}
    </div>
  );
}

const Opening = ({ label }: { label: string }) => (
  <div className={classes.opening} role="status">
    <Loader size="sm" aria-hidden /> {label}
  </div>
);

interface OpenedProps {
  pad: PadSync;
  isClosed: boolean;
  onClose: (() => void) | undefined;
}

function Opened({ pad, isClosed, onClose }: OpenedProps) {
  const { t } = useTranslation('pads');
  const classroom = useClassroom();
  const hosts = useSession(isFacilitator);
  const generation = useStore(pad.store, (state) => state.generation);
  const phase = useStore(pad.store, (state) => state.phase);
  const [wasOpen, setWasOpen] = useState(false);
  const barrier = useBarrier(pad.pad, isClosed);
  useEffect(() => {
    if (phase === 'open') setWasOpen(true);
  }, [phase]);
  return (
    <>
      <div className={classes.bar}>
        {!isClosed && (
          <>
            <IconChalkboard size={18} aria-hidden />
            <strong>{t(pad.pad === 'whiteboard' ? 'board.title' : 'board.roomTitle')}</strong>
          </>
        )}
        <span className={classes.state} role="status">
          {barrier === 'watching'
            ? t('board.watching')
            : barrier === 'locked'
            ? t('board.locked')
            : barrier === 'closed'
              ? t('board.closed')
              : barrier === 'unattended'
                ? t('board.alone')
                : phase === 'open'
                  ? ''
                  : t('board.offline')}
        </span>
        {hosts && !isClosed && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconEraser size={15} aria-hidden />}
            onClick={() => clear(pad, t('board.cleared'))}
          >
            {t('board.clear')}
          </Button>
        )}
        {(hosts || onClose) && !isClosed && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconX size={15} aria-hidden />}
            onClick={onClose ?? (() => void classroom.command({ type: 'close_whiteboard' }))}
          >
            {t('board.close')}
          </Button>
        )}
      </div>
      <ProblemNote pad={pad} />
      {phase === 'failed' ? (
        <ErrorState error={null} onRetry={() => void pad.open()} />
      ) : wasOpen ? (
        <Guard>
          <Suspense fallback={<Opening label={t('board.opening')} />}>
            <Board key={generation} pad={pad} isClosed={isClosed} />
          </Suspense>
        </Guard>
      ) : (
        <Opening label={t('board.opening')} />
      )}
      <InWords key={`words-${generation}`} pad={pad} />
    </>
  );
}

/** Versions further than a scene that has not been written yet can be. */
const AHEAD = 10;

/** Marks everything as deleted, as a hand would; what is drawn meanwhile stays when it is undone. */
function clear(pad: PadSync, said: string): void {
  const map = pad.doc.getMap<unknown>('elements');
  const before = elementsOf(map).filter((one) => !one.isDeleted);
  if (before.length === 0) return;
  pad.doc.transact(() => {
    for (const { id, version, versionNonce } of before) {
      map.set(id, { id, version: version + AHEAD, versionNonce, isDeleted: true });
    }
  });
  toast(said, {
    onUndo: () => {
      const now: ElementMap = pad.doc.getMap<unknown>('elements');
      pad.doc.transact(() => {
        for (const one of before) {
          const known = elementIn(now.get(one.id))?.version ?? 0;
          now.set(one.id, { ...one, version: Math.max(one.version, known) + AHEAD });
        }
      });
    },
  });
}

/** The board for those who cannot see it: what is written on it, and how much is drawn. */
function InWords({ pad }: { pad: PadSync }) {
  const { t } = useTranslation('pads');
  const [texts, setTexts] = useState<string[]>([]);
  const [shapes, setShapes] = useState(0);
  useEffect(() => {
    const map = pad.doc.getMap<unknown>('elements');
    const read = (): void => {
      setTexts(textsOf(map));
      setShapes(shapesOf(map));
    };
    read();
    map.observe(read);
    return () => map.unobserve(read);
  }, [pad]);
  return (
    <div className="sr-only" data-testid="whiteboard-words">
      <h3>{t('board.inWords')}</h3>
      <p>{t('board.shapes', { count: shapes })}</p>
      <ul>
        {texts.map((text, index) => (
          <li key={index}>{text}</li>
        ))}
      </ul>
    </div>
  );
}

/** What the library cannot draw must not take the class with it. */
class Guard extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <ErrorState error={this.state.error} onRetry={() => this.setState({ error: null })} />
    );
  }
}
