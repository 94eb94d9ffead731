/** Where the keyboard goes when what it stood on has gone, or something was opened. */

/** The place on the page with this `data-focus`, once it is drawn. */
export function focusOn(name: string): void {
  requestAnimationFrame(() => {
    const places = [...document.querySelectorAll<HTMLElement>(`[data-focus="${name}"]`)];
    // Tabs that are not shown are on the page, too.
    places.find((one) => one.offsetParent !== null)?.focus({ preventScroll: true });
  });
}

/** Nothing has the focus: what had it is not there any more. */
export const isFocusLost = (): boolean =>
  document.activeElement === null || document.activeElement === document.body;
