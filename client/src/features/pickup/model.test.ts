import { describe, expect, it, vi } from 'vitest';
import type { Group } from '~/api';
import { createStore } from '~/core/store';
import type { Call, CallState } from '~/sip';
import { canPickUp, teammates, watchPickup } from './model';

const rings = { number: '1002', ringing: true };
const call = (change: object) => ({ incoming: false, ended: false, answered: false, number: '1002', ...change });

describe('a call at a colleague', () => {
  it('can be picked up while it rings there', () => {
    expect(canPickUp(rings, [])).toBe(true);
    expect(canPickUp({ ...rings, ringing: false }, [])).toBe(false);
  });

  it.each([
    ['is the own one', call({}), false],
    ['rings besides another call', call({ number: '1003' }), true],
    ['rings besides a former call', call({ ended: true }), true],
    ['rings during a call with the colleague', call({ answered: true }), true],
    ['rings while the colleague calls', call({ incoming: true }), true],
  ])('%s', (_, own, expected) => {
    expect(canPickUp(rings, [own])).toBe(expected);
  });

  it('can be picked up only in the own groups where the organisation wants that', () => {
    const groups = [{ members: ['1001', '1002+1003'] }, { members: ['1004'] }] as Group[];
    const team = teammates(groups, ['1001']);
    expect([...team]).toEqual(['1001', '1002', '1003']);
    expect(canPickUp(rings, [], team)).toBe(true);
    expect(canPickUp({ ...rings, number: '1004' }, [], team)).toBe(false);
    expect(teammates(groups, []).size).toBe(0);
  });
});

describe('a call that is picked up', () => {
  function setup() {
    const state = createStore({ phase: 'calling', remote: { number: '*41002', name: '' } } as CallState);
    const picked = {
      state,
      get number() {
        return state.state.remote.number;
      },
      get answered() {
        return state.state.phase === 'talking';
      },
    } as Call;
    const gone = vi.fn();
    watchPickup(picked, gone);
    const set = (change: Partial<CallState>) => state.setState((before) => ({ ...before, ...change }));
    return { gone, set };
  }

  it('has a caller', async () => {
    const { gone, set } = setup();
    set({ phase: 'talking' });
    set({ remote: { number: 'anonymous', name: '' } });
    await Promise.resolve();
    expect(gone).not.toHaveBeenCalled();
  });

  it('was gone if it still shows the number that was dialled', async () => {
    const { gone, set } = setup();
    set({ phase: 'ringing' });
    set({ phase: 'talking' });
    await Promise.resolve();
    set({ muted: true });
    expect(gone).toHaveBeenCalledOnce();
  });

  it('ended before its answer', async () => {
    const { gone, set } = setup();
    set({ phase: 'ended' });
    await Promise.resolve();
    expect(gone).not.toHaveBeenCalled();
  });
});
