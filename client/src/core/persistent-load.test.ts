import { afterEach, expect, it, vi } from 'vitest';
import { loadPersistently } from './persistent-load';

afterEach(() => {
  vi.useRealTimers();
  document.head.replaceChildren();
});

const failure = (message = 'Failed to fetch dynamically imported module: /assets/Calls.js') => new TypeError(message);

it('a part that fails to load is loaded again after a pause', async () => {
  vi.useFakeTimers();
  const load = vi.fn().mockRejectedValueOnce(failure()).mockResolvedValue('part');
  const loaded = loadPersistently(load, [500]);
  await vi.advanceTimersByTimeAsync(499);
  expect(load).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await loaded).toBe('part');
});

it('is loaded again as soon as the network is back', async () => {
  const load = vi.fn().mockRejectedValueOnce(failure()).mockResolvedValue('part');
  const loaded = loadPersistently(load, [10_000_000]);
  await vi.waitFor(() => expect(load).toHaveBeenCalled());
  await Promise.resolve();
  window.dispatchEvent(new Event('online'));
  expect(await loaded).toBe('part');
});

it('gives up after the last try, with its fault', async () => {
  const load = vi.fn().mockRejectedValue(failure());
  await expect(loadPersistently(load, [0, 0])).rejects.toThrow('Failed to fetch');
  expect(load).toHaveBeenCalledTimes(3);
});

it('requests styles again that failed, and no others', async () => {
  const failed = style('https://pbx.example.com/assets/Calls.css');
  const other = style('https://pbx.example.com/assets/Team.css');
  const load = vi
    .fn()
    .mockRejectedValueOnce(failure(`Unable to preload CSS for ${failed.href}`))
    .mockResolvedValue('part');
  await loadPersistently(load, [0]);
  expect(failed.isConnected).toBe(false);
  expect(other.isConnected).toBe(true);
});

/** Styles that are not loaded. */
function style(href: string): HTMLLinkElement {
  const link = document.createElement('link');
  Object.assign(link, { rel: 'stylesheet', href });
  return document.head.appendChild(link);
}
