/** The drawing surface itself; loaded when a whiteboard is first seen. */
import '@excalidraw/excalidraw/index.css';

import {
  CaptureUpdateAction,
  Excalidraw,
  MainMenu,
  restoreElements,
} from '@excalidraw/excalidraw';
import type { ExcalidrawImperativeAPI } from '@excalidraw/excalidraw/types';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { toast } from '../../../ui';
import { useBarrier } from '../pads/access';
import { CURSOR_LASTS_MS, type PadSync } from '../pads/sync';
import { personOf } from '../selectors';
import { useSession } from '../store';
import { Binding } from './binding';
import type { BoardElement } from './elements';
import { useButtonNames } from './names';
import classes from './Whiteboard.module.css';

type Elements = Parameters<typeof restoreElements>[0];
type Collaborators = NonNullable<
  Parameters<ExcalidrawImperativeAPI['updateScene']>[0]['collaborators']
>;

const POINT_EVERY_MS = 100;

export default function Board({ pad, isClosed }: { pad: PadSync; isClosed: boolean }) {
  const { t, i18n } = useTranslation('pads');
  const me = useSession((session) => session.me);
  const scheme = useComputedColorScheme('light');
  const barrier = useBarrier(pad.pad, isClosed);
  const [api, setApi] = useState<ExcalidrawImperativeAPI | null>(null);
  const binding = useRef<Binding | null>(null);
  const pointed = useRef(0);

  useEffect(() => {
    if (!api) return;
    const made = new Binding(pad, api, {
      me,
      repaired: (elements) =>
        restoreElements(elements as unknown as Elements, null) as unknown as BoardElement[],
      notUndoable: CaptureUpdateAction.NEVER,
      onRefused: () => toast(t('board.noImages'), { tone: 'bad' }),
    });
    binding.current = made;
    // What is drawn already may lie where this window, a phone's say, does not look.
    const drawn = api.getSceneElements();
    if (drawn.length > 0) api.scrollToContent(drawn, { fitToContent: true, animate: false });
    return () => {
      made.close();
      binding.current = null;
    };
  }, [api, pad, me, t]);

  useEffect(() => binding.current?.setReadOnly(barrier !== null), [barrier, api]);
  useCollaborators(pad, api);
  const surface = useRef<HTMLDivElement>(null);
  useButtonNames(surface, t('board.menu'));

  return (
    <div ref={surface} className={classes.surface} data-testid="whiteboard-surface">
      <Excalidraw
        excalidrawAPI={setApi}
        theme={scheme}
        langCode={i18n.language === 'de' ? 'de-DE' : 'en'}
        viewModeEnabled={barrier !== null}
        isCollaborating
        handleKeyboardGlobally={false}
        autoFocus={false}
        detectScroll={false}
        validateEmbeddable={false}
        UIOptions={{
          canvasActions: {
            changeViewBackgroundColor: false,
            clearCanvas: false,
            export: false,
            loadScene: false,
            saveToActiveFile: false,
            toggleTheme: false,
          },
          tools: { image: false },
        }}
        onChange={() => binding.current?.drawn()}
        onPointerUpdate={({ pointer }) => {
          const now = Date.now();
          if (now - pointed.current < POINT_EVERY_MS || barrier !== null) return;
          pointed.current = now;
          pad.point(pointer.x, pointer.y);
        }}
      >
        <MainMenu>
          <MainMenu.DefaultItems.SaveAsImage />
          <MainMenu.DefaultItems.Help />
        </MainMenu>
      </Excalidraw>
    </div>
  );
}

/** Where others point, with their names. */
function useCollaborators(pad: PadSync, api: ExcalidrawImperativeAPI | null): void {
  const cursors = useStore(pad.store, (state) => state.cursors);
  const session = useSession((state) => state);
  const latest = useRef(session);
  latest.current = session;
  useEffect(() => {
    if (!api) return;
    const show = (): void => {
      const here = new Map();
      for (const [id, { x, y, at }] of Object.entries(cursors)) {
        if (id === latest.current.me || x === null || y === null) continue;
        if (Date.now() - at >= CURSOR_LASTS_MS) continue;
        const username = personOf(latest.current, id)?.name ?? '';
        here.set(id, { id, username, pointer: { x, y, tool: 'pointer' } });
      }
      api.updateScene({ collaborators: here as Collaborators });
    };
    show();
    if (Object.keys(cursors).length === 0) return;
    const timer = window.setTimeout(show, CURSOR_LASTS_MS);
    return () => window.clearTimeout(timer);
  }, [api, cursors]);
}
