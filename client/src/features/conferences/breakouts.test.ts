import { describe, expect, it, vi } from 'vitest';
import type { Breakouts } from '~/api';
import { Problem } from '~/core/problem';
import { BreakoutRooms, namesIn, newBreakouts } from './breakouts';

const MAIN = { id: 'main', name: 'Review', participants: [] };
const OPEN: Breakouts = {
  main: MAIN,
  rooms: [{ id: 'one', name: 'Harbour', participants: [] }],
  waiting: 0,
  text: '',
  seconds_left: null,
};

function setup(shown: Breakouts = OPEN) {
  const server = {
    show: vi.fn(async () => shown),
    open: vi.fn(async () => undefined),
    move: vi.fn(async () => undefined),
    write: vi.fn(async () => undefined),
    end: vi.fn(async () => undefined),
    admitAll: vi.fn(async () => undefined),
    now: () => 5_000,
  };
  return { server, breakouts: new BreakoutRooms(server) };
}

describe('breakout rooms', () => {
  it('show hosts who waits in the lobby of the main room', async () => {
    const { server, breakouts } = setup({ ...OPEN, waiting: 2 });
    expect(await breakouts.admitAll()).toBe(false);
    await breakouts.refresh();
    expect(breakouts.state.state.waiting).toBe(2);
    server.show.mockResolvedValue(OPEN);
    expect(await breakouts.admitAll()).toBe(true);
    expect(server.admitAll).toHaveBeenCalledExactlyOnceWith('main');
    expect(breakouts.state.state.waiting).toBe(0);
  });

  it('are fetched when their mark changes, and only then', async () => {
    const { server, breakouts } = setup();
    breakouts.handleMark('a');
    breakouts.handleMark('a');
    await vi.waitFor(() => expect(breakouts.state.state.rooms).toEqual(OPEN.rooms));
    expect(server.show).toHaveBeenCalledTimes(1);
  });

  it('are gone when they end while they are fetched for the first time', async () => {
    const { server, breakouts } = setup();
    server.show.mockResolvedValueOnce(OPEN).mockResolvedValue({ ...OPEN, rooms: [] });
    const first = breakouts.refresh();
    breakouts.handleMark(null);
    await first;
    await vi.waitFor(() => expect(server.show).toHaveBeenCalledTimes(2));
    await vi.waitFor(() => expect(breakouts.state.state.rooms).toEqual([]));
    breakouts.handleMark(null);
    expect(server.show).toHaveBeenCalledTimes(2);
  });

  it('end by the clock of this device', async () => {
    const { breakouts } = setup({ ...OPEN, seconds_left: 30 });
    await breakouts.refresh();
    expect(breakouts.state.state.endsAt).toBe(35_000);
  });

  it('are fetched with the next event after a failure', async () => {
    const { server, breakouts } = setup();
    server.show.mockRejectedValueOnce(new Problem('forbidden', 403, 'Forbidden'));
    breakouts.handleMark('a');
    await vi.waitFor(() => expect(server.show).toHaveBeenCalledTimes(1));
    await Promise.resolve();
    breakouts.handleMark('a');
    await vi.waitFor(() => expect(breakouts.state.state.main).toEqual(MAIN));
  });

  it('say why an action was refused, until the next one', async () => {
    const { server, breakouts } = setup();
    server.open.mockRejectedValueOnce(new Problem('conflict', 409, 'Open already'));
    expect(await breakouts.open({ rooms: [], distribute: false })).toBe(false);
    expect(breakouts.state.state.refused?.status).toBe(409);
    expect(await breakouts.write('Hello')).toBe(true);
    expect(breakouts.state.state.refused).toBeUndefined();
  });

  it('have the names of a list', () => {
    expect(namesIn(' Harbour, Pier ,, harbour')).toEqual(['Harbour', 'Pier']);
    expect(namesIn(' ,')).toEqual([]);
  });

  it('are opened with those who were assigned', () => {
    expect(newBreakouts(['A', 'B'], { p1: 'B', p2: '', p3: 'B', p4: 'gone' }, true)).toEqual({
      rooms: [
        { name: 'A', participants: [] },
        { name: 'B', participants: ['p1', 'p3'] },
      ],
      distribute: true,
    });
  });
});
