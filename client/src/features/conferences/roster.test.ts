import { describe, expect, it, vi } from 'vitest';
import type { Participant, Room } from '~/api';
import { Problem } from '~/core/problem';
import { Roster } from './roster';
import { eventually } from '../../../test/eventually';

function participant(id: string, overrides: Partial<Participant> = {}): Participant {
  return { id, name: id, number: '1001', speaking: false, muted: false, hand: false, ...overrides } as Participant;
}

function setup() {
  const server = {
    participants: [participant('a'), participant('b', { speaking: true })],
    locked: false,
    recorded: false,
    recording_paused: false,
  };
  const tasks: (() => void)[] = [];
  const parts = {
    room: vi.fn(
      async () => ({ locked: false, may_record: true, meeting: { ...server, all_muted: false } }) as unknown as Room,
    ),
    participants: vi.fn(async () => [...server.participants]),
    change: vi.fn(async () => undefined),
    remove: vi.fn(async (id: string) => {
      server.participants = server.participants.filter((each) => each.id !== id);
    }),
    meeting: vi.fn(async ({ locked }: { locked?: boolean | null }) => {
      server.locked = locked ?? server.locked;
    }),
    pause: vi.fn(async (yes: boolean) => void (server.recording_paused = yes)),
    record: vi.fn(async (begin: boolean) => void (server.recorded = begin)),
    invite: vi.fn(async (_number: string) => undefined),
    end: vi.fn(async () => undefined),
    schedule: (task: () => void) => void tasks.push(task),
  };
  return { roster: new Roster(parts), parts, there: server, tasks };
}

describe('the roster', () => {
  it('is fetched with the current speaker', async () => {
    const { roster } = setup();
    await roster.refresh();
    expect(roster.state.state).toMatchObject({
      speaking: 'b',
      locked: false,
      participants: [{ id: 'a' }, { id: 'b' }],
    });
  });

  it('shows no fault while the call of an ended conference ends', async () => {
    const { roster, parts } = setup();
    await roster.refresh();
    parts.participants.mockRejectedValue(new Problem('forbidden', 403, 'No.'));
    await roster.end();
    expect(roster.state.state.fault).toBeUndefined();
  });

  it('shows the speaker at once without refetching on every word', async () => {
    const { roster, parts, tasks } = setup();
    await roster.refresh();
    roster.handleEvent({ participants: 2, speaking: 'a', locked: false, recorded: false, paused: false });
    roster.handleEvent({ participants: 2, speaking: null, locked: false, recorded: false, paused: false });
    expect(roster.state.state.speaking).toBeNull();
    expect(parts.participants).toHaveBeenCalledTimes(1);
    expect(tasks).toHaveLength(1);
    tasks[0]!();
    await roster.refresh();
    expect(parts.participants.mock.calls.length).toBeGreaterThan(1);
  });

  it('is fetched once for each mark of the list, and again after a fault', async () => {
    const { roster, parts, tasks } = setup();
    await roster.refresh();
    const event = { participants: 2, speaking: 'a', locked: false, recorded: false, paused: false };
    roster.handleEvent({ ...event, roster: 'one' });
    for (const task of tasks.splice(0)) task();
    await roster.refresh();
    const before = parts.participants.mock.calls.length;
    roster.handleEvent({ ...event, speaking: 'b', roster: 'one' });
    expect([tasks.length, roster.state.state.speaking]).toEqual([0, 'b']);
    parts.participants.mockRejectedValueOnce(Problem.unreachable());
    roster.handleEvent({ ...event, roster: 'two' });
    for (const task of tasks.splice(0)) task();
    await eventually(() => expect(roster.state.state.fault?.code).toBe('unreachable'));
    roster.handleEvent({ ...event, roster: 'two' });
    expect([tasks.length, parts.participants.mock.calls.length]).toEqual([1, before + 1]);
  });

  it('is refetched at once when a participant joins or leaves or the room is locked', async () => {
    const { roster, parts, there: server } = setup();
    await roster.refresh();
    server.participants.push(participant('c'));
    roster.handleEvent({ participants: 3, speaking: null, locked: false, recorded: false, paused: false });
    await roster.refresh();
    expect(roster.state.state.participants).toHaveLength(3);
    const before = parts.room.mock.calls.length;
    roster.handleEvent({ participants: 3, speaking: null, locked: true, recorded: false, paused: false });
    expect(parts.room.mock.calls.length).toBeGreaterThan(before);
  });

  it('can remove participants and lock the room', async () => {
    const { roster } = setup();
    await roster.remove('a');
    await roster.meeting({ locked: true });
    expect(roster.state.state).toMatchObject({ locked: true, participants: [{ id: 'b' }] });
  });

  it('can be recorded where allowed, with the state updated at once', async () => {
    const { roster, parts, there: server } = setup();
    await roster.refresh();
    expect(roster.state.state).toMatchObject({ mayRecord: true, recorded: false, paused: false });
    await roster.record(true);
    expect(roster.state.state).toMatchObject({ recorded: true, paused: false });
    await roster.pause(true);
    expect(roster.state.state).toMatchObject({ recorded: true, paused: true });
    server.recorded = false;
    roster.handleEvent({ participants: 2, speaking: null, locked: false, recorded: false, paused: false });
    expect(roster.state.state.recorded).toBe(false);
    expect(parts.record).toHaveBeenCalledOnce();
  });

  it('shows an invited number until the participant joins', async () => {
    const { roster, parts, there: server } = setup();
    expect(await roster.invite('1009')).toBe(true);
    expect(parts.invite).toHaveBeenCalledWith('1009');
    expect(roster.state.state.invited).toBe('1009');
    server.participants.push(participant('c', { number: '1009' }));
    await roster.refresh();
    expect(roster.state.state.invited).toBeUndefined();
    parts.invite.mockRejectedValueOnce(new Problem('not-found', 404, 'Nobody has this number.', '', 'number'));
    expect(await roster.invite('77')).toBe(false);
    expect(roster.state.state).toMatchObject({ invited: undefined, refused: { code: 'not-found' } });
  });

  it('reports refused actions and ignores events once closed', async () => {
    const { roster, parts } = setup();
    parts.change.mockRejectedValueOnce(new Problem('forbidden', 403, 'No.'));
    await roster.change('a', { muted: true });
    expect(roster.state.state.refused?.code).toBe('forbidden');
    roster.close();
    roster.handleEvent({ participants: 2, speaking: 'a', locked: false, recorded: false, paused: false });
    expect(roster.state.state.speaking).toBe('b');
  });
});
