import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { expect, test } from 'vitest';
import { DeviceBook } from './book';

const CONTACTS = [
  { name: 'Wanda Gast', numbers: ['0171 1234567', '+49 (0)30 55512'] },
  { name: 'Ben', numbers: ['1002', '0171/1234567'] },
];
const book = new DeviceBook(CONTACTS, parsePhoneNumberFromString, 'DE');

test('a number is found as calls have it, in the form of the own country', () => {
  expect(book.nameOf('+491711234567')).toBe('Wanda Gast');
  expect(new DeviceBook(CONTACTS, parsePhoneNumberFromString, 'AT').nameOf('+491711234567')).toBeUndefined();
  expect(book.nameOf('+4917112345')).toBeUndefined();
});

test.each([
  ['wan', 2],
  ['9263', 2],
  ['0171', 2],
  ['1711', 2],
  ['+49 30', 1],
  ['236', 2],
  ['', 0],
  ['zz', 0],
])('%s finds %i numbers', (typed, count) => {
  expect(book.search(typed)).toHaveLength(count);
});
