import { type DragEvent, type KeyboardEvent, useRef, useState } from 'react';

interface Handle {
  draggable: true;
  onDragStart: (event: DragEvent) => void;
  onDragEnd: () => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

interface Row {
  onDragOver: (event: DragEvent) => void;
  onDrop: (event: DragEvent) => void;
  'data-over': true | undefined;
}

/**
 * A list whose rows change places, by dragging a handle or with the arrow keys on it. `move` is
 * told of each step; the focus stays on the handle that moved.
 */
export function useReorder(count: number, move: (from: number, to: number) => void) {
  const [from, setFrom] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const list = useRef<HTMLOListElement>(null);

  function step(at: number, to: number) {
    if (to < 0 || to >= count) return;
    move(at, to);
    window.requestAnimationFrame(() => {
      list.current?.querySelectorAll<HTMLElement>('[data-handle]')[to]?.focus();
    });
  }

  const handle = (at: number): Handle => ({
    draggable: true,
    onDragStart: (event) => {
      event.dataTransfer.effectAllowed = 'move';
      event.dataTransfer.setData('text/plain', String(at));
      setFrom(at);
    },
    onDragEnd: () => {
      setFrom(null);
      setOver(null);
    },
    onKeyDown: (event) => {
      const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: count - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      step(at, to);
    },
  });

  const row = (at: number): Row => ({
    onDragOver: (event) => {
      if (from === null) return;
      event.preventDefault();
      setOver(at);
    },
    onDrop: (event) => {
      if (from === null) return;
      event.preventDefault();
      move(from, at);
      setFrom(null);
      setOver(null);
    },
    'data-over': from !== null && over === at && from !== at ? true : undefined,
  });

  return { list, handle, row };
}
