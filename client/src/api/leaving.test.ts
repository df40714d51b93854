import { expect, it, vi } from 'vitest';
import { leaving, setLeaving } from './leaving';

it('the stage of a sign-out is known in the page where the browser does not store it', () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('', 'QuotaExceededError');
  });
  setLeaving('wipe');
  expect(leaving()).toBe('wipe');
  setLeaving('revoke');
  expect(leaving()).toBe('revoke');
  setLeaving(undefined);
  expect(leaving()).toBeUndefined();
});
