import { afterEach, expect, it, vi } from 'vitest';
import { handleLaunches } from './launches';

afterEach(() => {
  Reflect.deleteProperty(window, 'launchQueue');
});

it('opens a shortcut in the running window, but not the page that is already shown', () => {
  let launch: (launch: { targetURL?: string }) => void = () => undefined;
  Object.assign(window, { launchQueue: { setConsumer: (each: typeof launch) => (launch = each) } });
  const open = vi.fn();
  handleLaunches(open);
  launch({});
  launch({ targetURL: location.href });
  expect(open).not.toHaveBeenCalled();
  launch({ targetURL: new URL('/app/voicemail?new', location.href).href });
  expect(open).toHaveBeenCalledExactlyOnceWith('/app/voicemail?new');
});

it('does nothing in browsers that cannot', () => {
  expect(() => handleLaunches(() => undefined)).not.toThrow();
});
