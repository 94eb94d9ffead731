/**
 * A menu that opens takes the focus: its first item that can be chosen, or itself where there is
 * none. Mantine looks for whatever has a `tabindex` and so finds disabled items, which no browser
 * focuses: the focus stays outside, and the next key closes the menu. Without the attribute it
 * passes them over. (Its other way is an element of its own in the menu, which is no item, and a
 * menu may have nothing else.)
 */
export function passOverDisabled(menu: HTMLElement | null): void {
  for (const item of menu?.querySelectorAll('[data-menu-item]:disabled') ?? []) {
    item.removeAttribute('tabindex');
  }
}
