import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, it, vi } from 'vitest';
import type { LiveCall, Me, Room } from '~/api';
import { session } from '~/api/session';
import { createStore } from '~/core/store';
import { rooms } from '~/features/conferences';
import { phone, type Call } from '~/sip';
import { serverCalls } from './server-calls';
import { useMerge } from './useMerge';

const OWN = '1002';
const room = { id: 'room', hosts: ['1003'] } as Room;
const talk = { id: 'a', number: '1004', answered: true, state: createStore({ phase: 'talking' }) } as unknown as Call;
const meeting = { ...talk, id: 'b', number: '7000' } as Call;

let merge: ReturnType<typeof useMerge>;

function Probe(): null {
  merge = useMerge(talk, meeting);
  return null;
}

const root = createRoot(document.createElement('div'));

afterEach(() => {
  act(() => root.render(null));
  vi.unstubAllGlobals();
});

async function show(room: Room): Promise<void> {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  session.setState(() => ({ state: 'in', me: { extensions: [{ number: OWN }] } as Me, stale: false }) as never);
  phone.state.setState((before) => ({ ...before, calls: [talk, meeting] }));
  rooms.setState((before) => ({ ...before, rooms: [room] }));
  serverCalls.setState(() => [
    { id: 'one', caller: OWN, callee: talk.number } as LiveCall,
    { id: 'two', caller: OWN, callee: meeting.number, room: room.id } as LiveCall,
  ]);
  await act(async () => root.render(<Probe />));
}

it('a host may add the party of another call to the conference', async () => {
  await show({ ...room, hosts: ['1003', OWN] });
  expect(merge).toMatchObject({ joins: true, allowed: true, merge: expect.any(Function) });
});

it('others are not offered it, since it would be refused', async () => {
  await show(room);
  expect(merge).toEqual({ joins: true, allowed: false });
});
