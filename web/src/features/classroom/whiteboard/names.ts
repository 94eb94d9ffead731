import { type RefObject, useEffect } from 'react';

/**
 * Names that Excalidraw's own buttons lack: its menu has none, and its zoom is called by another
 * one than what is written on it.
 */
export function useButtonNames(surface: RefObject<HTMLElement | null>, menu: string): void {
  useEffect(() => {
    const node = surface.current;
    if (!node) return;
    const name = (): void => {
      node.querySelector('.main-menu-trigger')?.setAttribute('aria-label', menu);
      node.querySelector('.reset-zoom-button')?.removeAttribute('aria-label');
    };
    name();
    // They come and go with the width of the page and with who may draw.
    const observer = new MutationObserver(name);
    observer.observe(node, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [surface, menu]);
}
