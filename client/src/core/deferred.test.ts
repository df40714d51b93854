import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeferredWork } from './deferred';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('deferred work', () => {
  it('is carried out once, after the delay', () => {
    const [deferred, work] = [new DeferredWork(10), vi.fn()];
    deferred.schedule('a', work);
    vi.advanceTimersByTime(9);
    expect(work).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100);
    deferred.flush();
    expect(work).toHaveBeenCalledOnce();
    expect(deferred.cancel('a')).toBe(false);
  });

  it('is not carried out after it was cancelled', () => {
    const [deferred, work] = [new DeferredWork(10), vi.fn()];
    deferred.schedule('a', work);
    expect(deferred.cancel('a')).toBe(true);
    vi.advanceTimersByTime(100);
    deferred.flush();
    expect(work).not.toHaveBeenCalled();
  });

  it('is carried out at once when the page is left', () => {
    const [deferred, one, other] = [new DeferredWork(10), vi.fn(), vi.fn()];
    deferred.schedule('a', one);
    deferred.schedule('b', other);
    deferred.flush();
    expect(one).toHaveBeenCalledOnce();
    expect(other).toHaveBeenCalledOnce();
  });
});
