import { afterEach, expect, it, vi } from 'vitest';
import { storedVisit, storeVisit } from './stored-visit';

const EXPIRES = '2026-03-01T12:00:00Z';
const NOW = Date.parse(EXPIRES) - 1;
const VISIT = { token: 'guest_1', room: 'r1', expires: EXPIRES, microphone: true, camera: false };

afterEach(() => {
  vi.restoreAllMocks();
  sessionStorage.clear();
});

it('a visit is remembered for a reload until it expires', () => {
  expect(storedVisit(NOW)).toBeUndefined();
  storeVisit({ link: 'secret', visit: VISIT });
  expect(storedVisit(NOW)).toEqual({ link: 'secret', visit: VISIT });
  expect(storedVisit(NOW + 1)).toEqual({ link: 'secret' });
  storeVisit({ link: 'secret' });
  expect(storedVisit(NOW)).toEqual({ link: 'secret' });
});

it('damaged or blocked storage is none', () => {
  sessionStorage.setItem('unificx-guest', '{');
  expect(storedVisit(NOW)).toBeUndefined();
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new Error('blocked');
  });
  expect(() => storeVisit({ link: 'secret' })).not.toThrow();
});
