import type { ParsedLocation } from '@tanstack/react-router';
import { expect, it } from 'vitest';
import { createScrollRule } from './scroll';

it('a call does not scroll the page below it, as it begins, is minimised and ends', () => {
  const rule = createScrollRule();
  const scrolls = (href: string, state: object = {}) => rule({ location: { href, state } as ParsedLocation });
  expect(scrolls('/team')).toBe(true);
  expect(scrolls('/team', { call: 'guard' })).toBe(false);
  expect(scrolls('/team', { call: 'screen' })).toBe(false);
  expect(scrolls('/team', { call: 'guard' })).toBe(false);
  expect(scrolls('/chat')).toBe(true);
  expect(scrolls('/team', { call: 'guard' })).toBe(true);
  expect(scrolls('/team')).toBe(false);
  expect(scrolls('/team')).toBe(true);
});
