import { expect, test } from 'vitest';
import { parseAddress } from './addresses';

test.each([
  [' wanda@example.net ', { email: 'wanda@example.net' }],
  ['Wanda Gast <wanda@example.net>', { email: 'wanda@example.net', name: 'Wanda Gast' }],
  ['"Gast, Wanda" <wanda@example.net>', { email: 'wanda@example.net', name: 'Gast, Wanda' }],
  ['<wanda@example.net>', { email: 'wanda@example.net' }],
])('%s is read as an address', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});
