import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import { useReloadOnEvent } from './useReloadOnEvent';

const handlers = vi.hoisted(() => new Map<string, Set<() => void>>());
vi.mock('./events', () => {
  const on = (type: string, handler: () => void) => {
    handlers.set(type, (handlers.get(type) ?? new Set()).add(handler));
    return () => handlers.get(type)?.delete(handler);
  };
  return { events: { on, onConnected: (handler: () => void) => on('connected', handler) } };
});

const happens = (type: string) => handlers.get(type)?.forEach((handler) => handler());

function Page() {
  useReloadOnEvent('notices', 'received-notices');
  return null;
}

it('loads queries again after events and reconnects, while the page is open', () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const queries = new QueryClient();
  queries.setQueryData(['received-notices', 'unread'], 1);
  queries.setQueryData(['voicemail'], 1);
  const isStale = (...key: string[]) => queries.getQueryState(key)?.isInvalidated;
  const root = createRoot(document.createElement('div'));
  act(() =>
    root.render(
      <QueryClientProvider client={queries}>
        <Page />
      </QueryClientProvider>,
    ),
  );
  happens('voicemail');
  expect(isStale('received-notices', 'unread')).toBe(false);
  for (const type of ['notices', 'connected']) {
    happens(type);
    expect([isStale('received-notices', 'unread'), isStale('voicemail')]).toEqual([true, false]);
    queries.setQueryData(['received-notices', 'unread'], 2);
  }
  act(() => root.unmount());
  happens('notices');
  happens('connected');
  expect(isStale('received-notices', 'unread')).toBe(false);
});
