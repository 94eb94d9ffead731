import { type RefObject, useEffect, useRef, useState } from 'react';

/** Up to this many all rows exist, and nothing needs to be measured. */
const FEW = 24;
/** Rows that exist above and below what can be seen, so that tabbing and scrolling find one. */
const SPARE = 6;

export interface Rows {
  list: RefObject<HTMLUListElement | null>;
  from: number;
  to: number;
}

/**
 * Which rows of a long list exist. All are `rowPx` tall; the list scrolls inside the nearest
 * element marked `data-scroller`. Positions move in steps of `SPARE`, not with every pixel.
 */
export function useRows(count: number, rowPx: number): Rows {
  const list = useRef<HTMLUListElement>(null);
  const [range, setRange] = useState({ from: 0, to: FEW });
  const isLong = count > FEW;
  useEffect(() => {
    const box = list.current?.closest('[data-scroller]');
    const rows = list.current;
    if (!isLong || !box || !rows) return;
    const look = () => {
      const above = box.getBoundingClientRect().top - rows.getBoundingClientRect().top;
      const first = Math.floor(above / rowPx / SPARE) * SPARE;
      const seen = Math.ceil(box.clientHeight / rowPx / SPARE) * SPARE;
      const from = Math.max(0, first - SPARE);
      const to = Math.max(FEW, first + seen + 2 * SPARE);
      setRange((old) => (old.from === from && old.to === to ? old : { from, to }));
    };
    look();
    const watch = new ResizeObserver(look);
    watch.observe(box);
    // What stands above the list grows and shrinks too.
    for (const one of box.children) watch.observe(one);
    box.addEventListener('scroll', look, { passive: true });
    return () => {
      watch.disconnect();
      box.removeEventListener('scroll', look);
    };
  }, [isLong, rowPx]);
  if (!isLong) return { list, from: 0, to: count };
  const from = Math.min(range.from, Math.max(0, count - FEW));
  return { list, from, to: Math.min(count, range.to) };
}
