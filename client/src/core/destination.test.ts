import { afterEach, expect, test } from 'vitest';
import { destination, forgetDestination, rememberDestination } from './destination';

afterEach(forgetDestination);

test('the address of a meeting is opened after the sign-in, and no other', () => {
  expect(destination()).toBe('/');
  rememberDestination('/meetings/0198c2a4-7d2e');
  for (const other of ['/calls', '//evil.example', '/meetings/a/../b']) rememberDestination(other);
  expect(destination()).toBe('/meetings/0198c2a4-7d2e');
  sessionStorage.setItem('unificx.destination', 'https://evil.example/meetings/1');
  expect(destination()).toBe('/');
});
