import { describe, expect, it, vi } from 'vitest';
import { createStore } from '~/core/store';
import { onWorkerReplaced, whenNoCalls } from './updates';

describe('an update', () => {
  it('reloads every tab of an earlier version, but not on first install', () => {
    const workers = Object.assign(new EventTarget(), { controller: null as ServiceWorker | null });
    const replaced = vi.fn();
    onWorkerReplaced(workers, replaced);
    for (const times of [0, 1]) {
      workers.controller = {} as ServiceWorker;
      workers.dispatchEvent(new Event('controllerchange'));
      expect(replaced).toHaveBeenCalledTimes(times);
    }
  });

  it('waits until the last call has ended', () => {
    const phone = createStore({ calls: ['call'] });
    const load = vi.fn();
    whenNoCalls(phone, load);
    phone.setState(() => ({ calls: ['call', 'another'] }));
    expect(load).not.toHaveBeenCalled();
    phone.setState(() => ({ calls: [] }));
    phone.setState(() => ({ calls: [] }));
    expect(load).toHaveBeenCalledOnce();
  });

  it('applies at once without calls or without the phone module', () => {
    const load = vi.fn();
    whenNoCalls(createStore({ calls: [] }), load);
    whenNoCalls(undefined, load);
    expect(load).toHaveBeenCalledTimes(2);
  });
});
