import { cleanup } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

import { initI18n } from './i18n';

// What jsdom lacks and Mantine asks for.
Object.defineProperty(window, 'matchMedia', {
  writable: true,
  value: vi.fn().mockImplementation((query: string) => ({
    matches: false,
    media: query,
    onchange: null,
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
    addListener: vi.fn(),
    removeListener: vi.fn(),
    dispatchEvent: vi.fn(),
  })),
});

class NoResizes {
  observe() {}
  unobserve() {}
  disconnect() {}
}
window.ResizeObserver ??= NoResizes as unknown as typeof ResizeObserver;
window.HTMLElement.prototype.scrollIntoView ??= () => undefined;

// A growing text area waits for fonts.
Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true });

await initI18n('en');

afterEach(() => {
  cleanup();
});
