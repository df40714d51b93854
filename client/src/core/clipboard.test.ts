import { afterEach, expect, test, vi } from 'vitest';
import { copyText } from './clipboard';

afterEach(() => vi.unstubAllGlobals());

test.each([
  [{ clipboard: { writeText: () => Promise.resolve() } }, true],
  [{ clipboard: { writeText: () => Promise.reject(new DOMException('refused', 'NotAllowedError')) } }, false],
  [{}, false],
])('a refused or missing clipboard is reported, not thrown', async (navigator, copied) => {
  vi.stubGlobal('navigator', navigator);
  expect(await copyText('https://pbx.example.com/j/1')).toBe(copied);
});
