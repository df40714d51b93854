import { afterEach, expect, test } from 'vitest';
import { destination, forgetDestination, rememberDestination } from './destination';

afterEach(forgetDestination);

const OTHERS = [
  'https://evil.example/app/meetings/1',
  '//evil.example/app/chat',
  '/app//evil.example',
  '/app/\\evil.example',
  '/app/../people',
  '/people',
  '/apple',
  '/app/',
  '/app/calls',
  'javascript:alert(1)',
];

test('a page of the app is opened after the sign-in with its query, and no other address', () => {
  expect(destination()).toBeUndefined();
  rememberDestination('/app/chat/0198c2a4-7d2e?x=1#y');
  OTHERS.forEach(rememberDestination);
  expect(destination()).toBe('/app/chat/0198c2a4-7d2e?x=1');
  for (const other of OTHERS) {
    sessionStorage.setItem('unificx.destination', other);
    expect(destination()).toBeUndefined();
  }
});
