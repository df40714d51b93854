import { beforeEach, expect, it } from 'vitest';
import { TEST_RESULTS, takeTestResult } from './test-results';

beforeEach(() => history.replaceState(null, '', '/portal/single-sign-on'));

it('takes the result from the address once', () => {
  location.hash = '#single-sign-on-test=no_email';
  expect(takeTestResult()).toBe(TEST_RESULTS.no_email);
  expect(location.hash).toBe('');
  expect(takeTestResult()).toBeUndefined();
});

it.each(['', '#single-sign-on-test=unknown', '#single-sign-on=linked'])('ignores %s', (hash) => {
  location.hash = hash;
  expect(takeTestResult()).toBeUndefined();
});
