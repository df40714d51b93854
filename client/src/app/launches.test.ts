import { afterEach, expect, it, vi } from 'vitest';
import { handleLaunches, handleNotificationLinks } from './launches';

afterEach(() => {
  Reflect.deleteProperty(navigator, 'serviceWorker');
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

it('opens the page of a notification that was clicked, in this app only, until it is to stop', () => {
  const worker = Object.assign(new EventTarget(), { startMessages: () => undefined });
  Object.defineProperty(navigator, 'serviceWorker', { value: worker, configurable: true });
  const open = vi.fn();
  const stop = handleNotificationLinks(open);
  const click = (path: unknown) => worker.dispatchEvent(new MessageEvent('message', { data: { type: 'open', path } }));
  for (const other of [
    'https://evil.example/app/chat/c-1',
    '//evil.example/app/',
    '/people',
    '/app/../people',
    '/apple',
    '',
  ])
    click(other);
  worker.dispatchEvent(new MessageEvent('message', { data: { type: 'call', call: '/app/chat/c-1' } }));
  expect(open).not.toHaveBeenCalled();
  click('/app/chat/c-1?x=1');
  expect(open).toHaveBeenCalledExactlyOnceWith('/app/chat/c-1?x=1');
  stop();
  click('/app/chat/c-1');
  expect(open).toHaveBeenCalledOnce();
});
