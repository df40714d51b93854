import { describe, expect, it, vi } from 'vitest';
import { createStore } from '~/core/store';
import { onWorkerReplaced, whenNoCalls } from './updates';

describe('a newer client', () => {
  it('is loaded by every tab of an earlier one, and not by one that is the first', () => {
    const workers = Object.assign(new EventTarget(), { controller: null as ServiceWorker | null });
    const replaced = vi.fn();
    onWorkerReplaced(workers, replaced);
    for (const times of [0, 1]) {
      workers.controller = {} as ServiceWorker;
      workers.dispatchEvent(new Event('controllerchange'));
      expect(replaced).toHaveBeenCalledTimes(times);
    }
  });

  it('is not loaded before a call is over', () => {
    const phone = createStore({ calls: ['call'] });
    const load = vi.fn();
    whenNoCalls(phone, load);
    phone.setState(() => ({ calls: ['call', 'another'] }));
    expect(load).not.toHaveBeenCalled();
    phone.setState(() => ({ calls: [] }));
    phone.setState(() => ({ calls: [] }));
    expect(load).toHaveBeenCalledOnce();
  });

  it('is loaded at once where no call goes on, or no telephone is', () => {
    const load = vi.fn();
    whenNoCalls(createStore({ calls: [] }), load);
    whenNoCalls(undefined, load);
    expect(load).toHaveBeenCalledTimes(2);
  });
});
