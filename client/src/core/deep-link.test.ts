import { beforeEach, expect, it } from 'vitest';
import { captureDeepLink, setDeepLink, parseDeepLink, takeDeepLinkCode } from './deep-link';

beforeEach(() => history.replaceState(null, '', '/app/'));

it.each([
  ['#sign-in=AbCdEfGh12345678', { purpose: 'sign-in', code: 'AbCdEfGh12345678' }],
  ['#recover=AbCdEfGh12345678', { purpose: 'recover', code: 'AbCdEfGh12345678' }],
  [
    '#second-factor=T.1-2_3&kinds=totp,recovery_code',
    { purpose: 'second-factor', code: 'T.1-2_3', kinds: ['totp', 'recovery_code'] },
  ],
  ['#sign-in-failed=single_sign_on_refused', { purpose: 'sign-in-failed', code: 'single_sign_on_refused' }],
  ['#single-sign-on=linked', { purpose: 'single-sign-on', code: 'linked' }],
  ['#sign-in=short', undefined],
  ['#sign-in=AbCdEfGh12345678&kinds=totp', undefined],
  ['#sign-in=AbCdEfGh<script>', undefined],
  ['#elsewhere=AbCdEfGh12345678', undefined],
  ['', undefined],
])('%s', (hash, arrival) => {
  expect(parseDeepLink(hash)).toEqual(arrival);
});

it('removes the code from the address and returns it once, for its own purpose', () => {
  history.replaceState(null, '', '/app/?tenant=demo#sign-in=AbCdEfGh12345678');
  expect(captureDeepLink()?.purpose).toBe('sign-in');
  expect(location.href).toMatch(/\/app\/\?tenant=demo$/);
  expect(takeDeepLinkCode('recover')).toBe('');
  expect(takeDeepLinkCode('sign-in')).toBe('AbCdEfGh12345678');
  expect(takeDeepLinkCode('sign-in')).toBe('');
});

it('accepts a link from another source', () => {
  setDeepLink({ purpose: 'invitation', code: 'AbCdEfGh12345678' });
  expect(takeDeepLinkCode('invitation')).toBe('AbCdEfGh12345678');
});
