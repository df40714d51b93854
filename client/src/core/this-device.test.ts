import { expect, it } from 'vitest';
import { thisDevice } from './this-device';

const IPAD = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15';

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox (Linux)', 'desktop'],
  [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36',
    'Chrome (Android)',
    'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1',
    'Safari (iPhone)',
    'mobile',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36 Edg/156.0',
    'Edge (Windows)',
    'desktop',
  ],
  [IPAD, 'Safari (macOS)', 'desktop'],
  ['curl/8', 'Browser', 'desktop'],
])('%s', (userAgent, name, kind) => {
  expect(thisDevice({ userAgent })).toEqual({ name, kind });
});

it('detects a tablet that claims to be a computer by its touch screen', () => {
  expect(thisDevice({ userAgent: IPAD, maxTouchPoints: 5 })).toEqual({ name: 'Safari (iPad)', kind: 'mobile' });
});

it('prefers User-Agent Client Hints', () => {
  const userAgentData = {
    brands: [{ brand: 'Not/A)Brand' }, { brand: 'Chromium' }],
    mobile: false,
    platform: 'Linux',
  };
  const userAgent =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
  expect(thisDevice({ userAgent, userAgentData })).toEqual({ name: 'Chromium (Linux)', kind: 'desktop' });
});
