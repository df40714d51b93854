import { describe, expect, it, vi } from 'vitest';
import type { Participant, Room } from '~/api';
import { Problem } from '~/core/problem';
import { Roster } from './roster';

function participant(id: string, given: Partial<Participant> = {}): Participant {
  return { id, name: id, number: '1001', speaking: false, muted: false, hand: false, ...given } as Participant;
}

function setup() {
  const there = {
    participants: [participant('a'), participant('b', { speaking: true })],
    locked: false,
    recorded: false,
    recording_paused: false,
  };
  const tasks: (() => void)[] = [];
  const parts = {
    room: vi.fn(
      async () => ({ locked: false, may_record: true, meeting: { ...there, all_muted: false } }) as unknown as Room,
    ),
    participants: vi.fn(async () => [...there.participants]),
    change: vi.fn(async () => undefined),
    remove: vi.fn(async (id: string) => {
      there.participants = there.participants.filter((each) => each.id !== id);
    }),
    meeting: vi.fn(async ({ locked }: { locked?: boolean | null }) => {
      there.locked = locked ?? there.locked;
    }),
    pause: vi.fn(async (yes: boolean) => void (there.recording_paused = yes)),
    record: vi.fn(async (begin: boolean) => void (there.recorded = begin)),
    invite: vi.fn(async (_number: string) => undefined),
    end: vi.fn(async () => undefined),
    schedule: (task: () => void) => void tasks.push(task),
  };
  return { roster: new Roster(parts), parts, there, tasks };
}

describe('who is in a room', () => {
  it('is asked for, with who speaks', async () => {
    const { roster } = setup();
    await roster.refresh();
    expect(roster.state.state).toMatchObject({
      speaking: 'b',
      locked: false,
      participants: [{ id: 'a' }, { id: 'b' }],
    });
  });

  it('is shown at once of who speaks, and the rest is not asked for with each word', async () => {
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

  it('is asked for at once when somebody came or went, or the door was locked', async () => {
    const { roster, parts, there } = setup();
    await roster.refresh();
    there.participants.push(participant('c'));
    roster.handleEvent({ participants: 3, speaking: null, locked: false, recorded: false, paused: false });
    await roster.refresh();
    expect(roster.state.state.participants).toHaveLength(3);
    const before = parts.room.mock.calls.length;
    roster.handleEvent({ participants: 3, speaking: null, locked: true, recorded: false, paused: false });
    expect(parts.room.mock.calls.length).toBeGreaterThan(before);
  });

  it('is led: somebody is sent out, the door is locked', async () => {
    const { roster } = setup();
    await roster.remove('a');
    await roster.meeting({ locked: true });
    expect(roster.state.state).toMatchObject({ locked: true, participants: [{ id: 'b' }] });
  });

  it('is recorded where that is allowed, and told to everybody at once', async () => {
    const { roster, parts, there } = setup();
    await roster.refresh();
    expect(roster.state.state).toMatchObject({ mayRecord: true, recorded: false, paused: false });
    await roster.record(true);
    expect(roster.state.state).toMatchObject({ recorded: true, paused: false });
    await roster.pause(true);
    expect(roster.state.state).toMatchObject({ recorded: true, paused: true });
    there.recorded = false;
    roster.handleEvent({ participants: 2, speaking: null, locked: false, recorded: false, paused: false });
    expect(roster.state.state.recorded).toBe(false);
    expect(parts.record).toHaveBeenCalledOnce();
  });

  it('is asked in by number, and that is said until they are here', async () => {
    const { roster, parts, there } = setup();
    expect(await roster.invite('1009')).toBe(true);
    expect(parts.invite).toHaveBeenCalledWith('1009');
    expect(roster.state.state.invited).toBe('1009');
    there.participants.push(participant('c', { number: '1009' }));
    await roster.refresh();
    expect(roster.state.state.invited).toBeUndefined();
    parts.invite.mockRejectedValueOnce(new Problem('not-found', 404, 'Nobody has this number.', '', 'number'));
    expect(await roster.invite('77')).toBe(false);
    expect(roster.state.state).toMatchObject({ invited: undefined, refused: { code: 'not-found' } });
  });

  it('says what was refused, and nothing once it is closed', async () => {
    const { roster, parts } = setup();
    parts.change.mockRejectedValueOnce(new Problem('forbidden', 403, 'No.'));
    await roster.change('a', { muted: true });
    expect(roster.state.state.refused?.code).toBe('forbidden');
    roster.close();
    roster.handleEvent({ participants: 2, speaking: 'a', locked: false, recorded: false, paused: false });
    expect(roster.state.state.speaking).toBe('b');
  });
});
