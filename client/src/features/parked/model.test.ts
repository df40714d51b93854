import { expect, it, vi } from 'vitest';
import type { Parked } from '~/api';
import { ParkedCalls } from './model';

const at = (...places: number[]) => places.map((place) => ({ place }) as Parked);
const places = (parked: ParkedCalls) => parked.state.state.map((each) => each.place);

it('lists parked calls, and none when unknown', async () => {
  const ask = vi.fn().mockResolvedValueOnce(at(1, 2)).mockRejectedValueOnce(new TypeError('no network'));
  const parked = new ParkedCalls(ask);
  await parked.refresh();
  expect(places(parked)).toEqual([1, 2]);
  await parked.refresh();
  expect(places(parked)).toEqual([]);
});

it('shows the latest response whatever the order, and none to the next user', async () => {
  const late: ((found: Parked[]) => void)[] = [];
  const parked = new ParkedCalls(() => new Promise((resolve) => late.push(resolve)));
  const asked = [parked.refresh(), parked.refresh()];
  late[1]!(at(3));
  late[0]!(at(1, 2));
  await Promise.all(asked);
  expect(places(parked)).toEqual([3]);
  const last = parked.refresh();
  parked.clear();
  late[2]!(at(4));
  await last;
  expect(places(parked)).toEqual([]);
});

it('returns the slot of a call that is listed a moment after it was parked', async () => {
  const parked = new ParkedCalls(
    vi
      .fn()
      .mockResolvedValueOnce(at(1))
      .mockResolvedValueOnce([...at(1), { place: 2, call_id: 'c' } as Parked]),
  );
  const slot = parked.slotOf('c');
  await vi.waitFor(() => expect(places(parked)).toEqual([1]));
  await parked.refresh(); // as the event of the server tells
  expect(await slot).toBe(2);
});

it('gives up on a call that was not parked', async () => {
  vi.useFakeTimers();
  const slot = new ParkedCalls(() => Promise.resolve(at(1))).slotOf('c');
  await vi.runAllTimersAsync();
  expect(await slot).toBeUndefined();
  vi.useRealTimers();
});
