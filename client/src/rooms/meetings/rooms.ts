import { api, type Room } from '~/api';
import { events } from '~/api/events';
import { allOf, MOST } from '~/kernel/pages';
import { onLeaving } from '~/api/session';
import { asProblem, type Problem } from '~/kernel/problem';
import { untilQuiet } from '~/kernel/quiet';
import { createStore } from '~/kernel/store';
import { Roster } from './roster';

/** recording: it is, or everybody is being told that it will be. */
export type Recorded = 'none' | 'recording' | 'paused';

export interface RoomsState {
  /** Absent until the server said. */
  rooms?: Room[];
  /** Those one is in that are in no list: they were made of a call. */
  made: Room[];
  /** How it stands with recording what is said in a room, where that was told. */
  recorded: Readonly<Record<string, Recorded>>;
  fault?: Problem;
}

const NOTHING: RoomsState = { made: [], recorded: {} };

/** The organisation's rooms, the same for every screen that shows them. */
export const rooms = createStore<RoomsState>(NOTHING);

/** Ask which rooms there are. */
export const findRooms = untilQuiet(async () => {
  try {
    const found = await allOf<Room>((cursor) => api.listRooms({ query: { cursor, limit: MOST } }));
    rooms.setState((before) => ({ ...before, rooms: found, fault: undefined }));
  } catch (fault) {
    rooms.setState((before) => ({ ...before, fault: asProblem(fault) }));
  }
});

/** Make sure that a room is known. */
export async function findRoom(room: string): Promise<void> {
  await findRooms();
  if (roomOf(rooms.state, room)) return;
  await findMade(room);
}

async function findMade(room: string): Promise<void> {
  const found = await api.showRoom({ path: { room } }).catch(() => undefined);
  if (found) rooms.setState((before) => ({ ...before, made: [found.data] }));
}

/** What was told for a while was missed: ask again what was known. */
async function lookAgain(): Promise<void> {
  if (rooms.state === NOTHING) return;
  const { made, recorded: old } = rooms.state;
  await Promise.all([findRooms(), ...made.map(({ id }) => findMade(id))]);
  if (rooms.state.fault) return;
  rooms.setState((before) => ({
    ...before,
    recorded: Object.fromEntries(Object.entries(before.recorded).filter(([id, now]) => now !== old[id])),
  }));
}

export function roomOf({ rooms: listed = [], made }: RoomsState, id: string): Room | undefined {
  return [...listed, ...made].find((each) => each.id === id);
}

/** How it stands with recording what is said in a room. */
export function recordedIn(state: RoomsState, id: string): Recorded {
  const meeting = roomOf(state, id)?.meeting;
  return state.recorded[id] ?? recordedAs(meeting?.recorded, meeting?.recording_paused);
}

function recordedAs(recorded = false, paused = false): Recorded {
  if (!recorded) return 'none';
  return paused ? 'paused' : 'recording';
}

/** Who is in a room, told of as it changes, until `close`. */
export function openRoster(room: string): { roster: Roster; close: () => void } {
  const path = { room };
  const roster = new Roster({
    room: async () => (await api.showRoom({ path })).data,
    participants: async () => (await api.listParticipants({ path })).data.items,
    change: (participant, body) => api.changeParticipant({ path: { room, participant }, body }),
    remove: (participant) => api.removeParticipant({ path: { room, participant } }),
    meeting: (body) => api.changeMeeting({ path, body }),
    record: (begin) => (begin ? api.recordMeeting({ path }) : api.stopRecordingMeeting({ path })),
    pause: (paused) => api.pauseRecordingMeeting({ path, body: { paused } }),
    invite: (number) => api.inviteToRoom({ path, body: { number } }),
    end: () => api.endMeeting({ path }),
    later: (task, milliseconds) => setTimeout(task, milliseconds),
  });
  const deaf = [
    events.on('room', (news) => void (news.id === room && roster.hear(news))),
    events.onUp(() => void roster.refresh()),
  ];
  const close = () => {
    deaf.forEach((hearNoMore) => hearNoMore());
    roster.close();
  };
  void roster.refresh();
  return { roster, close };
}

events.on('room', ({ id, recorded, paused }) => {
  const now = recordedAs(recorded, paused);
  if (rooms.state.recorded[id] !== now)
    rooms.setState((before) => ({ ...before, recorded: { ...before.recorded, [id]: now } }));
});
events.onUp(() => void lookAgain());
onLeaving(() => rooms.setState(() => NOTHING));
