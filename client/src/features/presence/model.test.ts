import { describe, expect, it, vi } from 'vitest';
import type { PresenceItem } from '~/api/events';
import { Presences, proposedEnds } from './model';
import { eventually } from '../../../test/eventually';

const item = (extension_id: string, state: PresenceItem['state'] = 'available'): PresenceItem => ({
  extension_id,
  number: extension_id,
  state,
  chosen_state: 'available',
  until: null,
  note: '',
  ringing: false,
});

describe('presence of colleagues', () => {
  it('is fetched page by page, once', async () => {
    const fetchPage = vi.fn((cursor?: string) =>
      Promise.resolve(cursor ? { items: [item('b')], next: null } : { items: [item('a')], next: 'b' }),
    );
    const presences = new Presences(fetchPage);
    presences.open();
    presences.open();
    await eventually(() => expect(Object.keys(presences.state.state)).toEqual(['a', 'b']));
    expect(fetchPage).toHaveBeenCalledTimes(2);
  });

  it('follows events, and is fetched again after those without values', async () => {
    const fetchPage = vi.fn(() => Promise.resolve({ items: [item('a')], next: null }));
    const presences = new Presences(fetchPage);
    presences.update([item('a', 'lunch')]);
    expect(presences.state.state).toEqual({});
    await presences.refresh();
    presences.update([item('a', 'in_call')]);
    expect(presences.state.state.a?.state).toBe('in_call');
    presences.update();
    await eventually(() => expect(presences.state.state.a?.state).toBe('available'));
  });

  it('is unknown without a connection and after sign-out', async () => {
    const presences = new Presences(() => Promise.reject(new Error('offline')));
    await presences.refresh();
    expect(presences.state.state).toEqual({});
    const slow = new Presences(() => Promise.resolve({ items: [item('a')], next: null }));
    const pending = slow.refresh();
    slow.clear();
    await pending;
    expect(slow.state.state).toEqual({});
  });
});

it('a state may end tomorrow morning, also at the end of a month', () => {
  const ends = proposedEnds(new Date(2026, 0, 31, 22, 15));
  expect(ends.map((each) => each.until)).toEqual([
    new Date(2026, 0, 31, 22, 45),
    new Date(2026, 1, 1, 0, 15),
    new Date(2026, 1, 1, 7, 0),
  ]);
});
