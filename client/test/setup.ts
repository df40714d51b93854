import { i18n } from '@lingui/core';
import { afterEach, vi } from 'vitest';

// Required by Mantine, missing in jsdom.
window.matchMedia = ((query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  addListener: () => undefined,
  removeListener: () => undefined,
  onchange: null,
  dispatchEvent: () => false,
})) as typeof window.matchMedia;
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

i18n.loadAndActivate({ locale: 'en', messages: {} });

afterEach(() => {
  vi.restoreAllMocks();
});
