import { expect, test } from 'vitest';
import { formatNumber, loadPhoneNumbers } from './phone-numbers';

test.each([
  ['+49301234567', 'DE', '030 1234567'],
  ['+49301234567', 'AT', '+49 30 1234567'],
  ['+49301234567', undefined, '+49 30 1234567'],
  ['+49301234567', 'XX', '+49 30 1234567'],
  ['+12133734253', 'CA', '(213) 373-4253'],
  ['+390612345678', 'IT', '06 1234 5678'],
  ['1002', 'DE', '1002'],
  ['*97', 'DE', '*97'],
  ['0301234567', 'DE', '0301234567'],
  ['+4', 'DE', '+4'],
  ['+490', 'DE', '+490'],
  ['+999123456789', 'DE', '+999123456789'],
  ['Ada +49301234567', 'DE', 'Ada +49301234567'],
  ['anonymous', 'DE', 'anonymous'],
  ['', 'DE', ''],
])('%s in %s is written %s', async (number, country, written) => {
  const library = await loadPhoneNumbers();
  expect(formatNumber(number, library!, country)).toBe(written);
});

test('the library is loaded once', () => {
  expect(loadPhoneNumbers()).toBe(loadPhoneNumbers());
});
