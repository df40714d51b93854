import { beforeEach, expect, it } from 'vitest';
import { noteArrival, putArrival, readArrival, takeArrival } from './arrival';

beforeEach(() => history.replaceState(null, '', '/app/'));

it.each([
  ['#sign-in=AbCdEfGh12345678', { errand: 'sign-in', code: 'AbCdEfGh12345678' }],
  ['#recover=AbCdEfGh12345678', { errand: 'recover', code: 'AbCdEfGh12345678' }],
  [
    '#second-factor=T.1-2_3&kinds=totp,recovery_code',
    { errand: 'second-factor', code: 'T.1-2_3', kinds: ['totp', 'recovery_code'] },
  ],
  ['#sign-in-failed=single_sign_on_refused', { errand: 'sign-in-failed', code: 'single_sign_on_refused' }],
  ['#single-sign-on=linked', { errand: 'single-sign-on', code: 'linked' }],
  ['#sign-in=short', undefined],
  ['#sign-in=AbCdEfGh12345678&kinds=totp', undefined],
  ['#sign-in=AbCdEfGh<script>', undefined],
  ['#elsewhere=AbCdEfGh12345678', undefined],
  ['', undefined],
])('%s', (hash, arrival) => {
  expect(readArrival(hash)).toEqual(arrival);
});

it('takes the code out of the address and gives it once, to its own errand', () => {
  history.replaceState(null, '', '/app/?tenant=demo#sign-in=AbCdEfGh12345678');
  expect(noteArrival()?.errand).toBe('sign-in');
  expect(location.href).toMatch(/\/app\/\?tenant=demo$/);
  expect(takeArrival('recover')).toBe('');
  expect(takeArrival('sign-in')).toBe('AbCdEfGh12345678');
  expect(takeArrival('sign-in')).toBe('');
});

it('takes what came another way', () => {
  putArrival({ errand: 'invitation', code: 'AbCdEfGh12345678' });
  expect(takeArrival('invitation')).toBe('AbCdEfGh12345678');
});
