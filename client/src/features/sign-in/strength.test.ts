import { expect, it } from 'vitest';
import { strengthOf } from './strength';

it.each([
  ['short', 'short'],
  ['a'.repeat(300), 'long'],
  ['aaaaaaaaaaaaaaaa', 'guessable'],
  ['1234567890', 'guessable'],
  ['Password1234', 'guessable'],
  ['qwertzuiop12', 'guessable'],
  ['kwtvbnarbe', 'fair'],
  ['Kw7v-Narbe!x', 'good'],
  ['four plain words here', 'good'],
])('%s is %s', (password, strength) => {
  expect(strengthOf(password)).toBe(strength);
});

it('ignores parts that are known about the user', () => {
  expect(strengthOf('adaexample1815')).toBe('good');
  expect(strengthOf('adaexample1815', ['Ada Example', 'ada@example.com'])).toBe('guessable');
});
