import { Button } from '@mantine/core';
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { pictureUrl } from '../../../ui/slides';
import { useClassroom } from '../context';
import classes from './slides.module.css';
import { useSlides } from './pages';

const STEP = 0.02;

interface Props {
  deckId: string;
  page: number;
  alt: string;
  describedBy: string;
  isPointable: boolean;
}

/** A page's picture, and where somebody points on it. */
export function SlidePicture({ deckId, page, alt, describedBy, isPointable }: Props) {
  const { t } = useTranslation('slides');
  const classroom = useClassroom();
  const [failed, setFailed] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const pointer = useSlides((view) => view.pointer);
  const isPointing = useSlides((view) => view.isPointing) && isPointable;
  const picture = useRef<HTMLImageElement>(null);
  const at = useRef({ x: 0.5, y: 0.5 });
  const url = pictureUrl(classroom.sessionId, deckId, page);

  function point(x: number, y: number) {
    const inside = (share: number) => Math.min(1, Math.max(0, share));
    at.current = { x: inside(x), y: inside(y) };
    classroom.slides.point({ deck_id: deckId, page, ...at.current });
  }
  function follow(event: PointerEvent) {
    const box = picture.current?.getBoundingClientRect();
    if (!isPointing || !box || box.width === 0) return;
    point((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }
  function release() {
    if (isPointing) classroom.slides.point({ deck_id: deckId, page, x: null, y: null });
  }
  function onKey(event: KeyboardEvent) {
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    };
    const step = steps[event.key];
    if (!isPointing || !event.shiftKey || !step) return;
    event.preventDefault();
    point(at.current.x + step[0], at.current.y + step[1]);
  }

  const shown = pointer?.deck_id === deckId && pointer.page === page ? pointer : null;
  return (
    <div
      className={classes.frame}
      data-pointing={isPointing || undefined}
      tabIndex={isPointing ? 0 : undefined}
      role={isPointing ? 'group' : undefined}
      aria-label={isPointing ? t('pointing') : undefined}
      onPointerMove={follow}
      onPointerDown={follow}
      onPointerLeave={release}
      onBlur={release}
      onKeyDown={onKey}
    >
      {failed === url ? (
        <div className={classes.failed} role="alert">
          <p>{t('failed')}</p>
          <Button
            variant="white"
            size="compact-sm"
            onClick={() => {
              setFailed(null);
              setTurn(turn + 1);
            }}
          >
            {t('retry')}
          </Button>
        </div>
      ) : (
        <span className={classes.sheet}>
          <img
            key={turn}
            ref={picture}
            src={url}
            alt={alt}
            aria-describedby={describedBy}
            draggable={false}
            onError={() => setFailed(url)}
          />
          {shown && shown.x !== null && shown.y !== null && (
            <span
              className={classes.pointer}
              data-testid="pointer"
              style={{ left: `${shown.x * 100}%`, top: `${shown.y * 100}%` }}
              aria-hidden
            />
          )}
        </span>
      )}
    </div>
  );
}
