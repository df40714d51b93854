import { api, type Room } from '~/api';
import { events } from '~/api/events';
import { fetchAll, MAX_PAGE_SIZE } from '~/core/pagination';
import { onSignOut } from '~/api/session';
import { asProblem, type Problem } from '~/core/problem';
import { coalesce } from '~/core/coalesce';
import { createStore } from '~/core/store';
import { Roster } from './roster';

/** recording: active, or being announced; video: the same, with video. */
export type RecordingState = 'none' | 'recording' | 'video' | 'paused';

export interface RoomsState {
  /** Undefined until loaded. */
  rooms?: Room[];
  /** Rooms created from a call, which are not in the list. */
  adHoc: Room[];
  /** Recording states received by events, by room id. */
  recordings: Readonly<Record<string, RecordingState>>;
  fault?: Problem;
}

const EMPTY_STATE: RoomsState = { adHoc: [], recordings: {} };

/** Rooms of the tenant, shared by all screens. */
export const rooms = createStore<RoomsState>(EMPTY_STATE);

/** Fetch the list of rooms. */
export const refreshRooms = coalesce(async () => {
  try {
    const found = await fetchAll<Room>((cursor) => api.listRooms({ query: { cursor, limit: MAX_PAGE_SIZE } }));
    rooms.setState((before) => ({ ...before, rooms: found, fault: undefined }));
  } catch (fault) {
    rooms.setState((before) => ({ ...before, fault: asProblem(fault) }));
  }
});

/** Rooms being loaded: the parts of a call that show its room ask for it at the same time. */
const loading = new Map<string, Promise<void>>();

/** Load a room unless it is known. */
export function ensureRoom(room: string): Promise<void> {
  const loaded = loading.get(room) ?? load(room).finally(() => loading.delete(room));
  loading.set(room, loaded);
  return loaded;
}

async function load(room: string): Promise<void> {
  await refreshRooms();
  if (roomById(rooms.state, room)) return;
  await fetchAdHocRoom(room);
}

async function fetchAdHocRoom(room: string): Promise<void> {
  const found = await api.showRoom({ path: { room } }).catch(() => undefined);
  if (found) rooms.setState((before) => ({ ...before, adHoc: [found.data] }));
}

/** Refetch known state after missed events. */
async function refreshAll(): Promise<void> {
  if (rooms.state === EMPTY_STATE) return;
  const { adHoc, recordings: previous } = rooms.state;
  await Promise.all([refreshRooms(), ...adHoc.map(({ id }) => fetchAdHocRoom(id))]);
  if (rooms.state.fault) return;
  rooms.setState((before) => ({
    ...before,
    recordings: Object.fromEntries(Object.entries(before.recordings).filter(([id, now]) => now !== previous[id])),
  }));
}

export function roomById({ rooms: listed = [], adHoc }: RoomsState, id: string): Room | undefined {
  return [...listed, ...adHoc].find((each) => each.id === id);
}

/** Recording state of a room. */
export function recordingStateIn(state: RoomsState, id: string): RecordingState {
  const meeting = roomById(state, id)?.meeting;
  return state.recordings[id] ?? recordingState(meeting?.recorded, meeting?.recording_paused, meeting?.video_recorded);
}

export function recordingState(recorded = false, paused = false, video = false): RecordingState {
  if (!recorded) return 'none';
  if (paused) return 'paused';
  return video ? 'video' : 'recording';
}

interface OpenRoster {
  roster: Roster;
  close: () => void;
}

/** Rosters that are shown, by room, with the number of components that show them. */
const shared = new Map<string, OpenRoster & { users: number }>();

/** Open the roster of a room, one for all components that show it; it is updated until the last one calls `close`. */
export function openRoster(room: string): OpenRoster {
  const found = shared.get(room) ?? { ...newRoster(room), users: 0 };
  shared.set(room, found);
  found.users += 1;
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    found.users -= 1;
    if (found.users > 0) return;
    if (shared.get(room) === found) shared.delete(room);
    found.close();
  };
  return { roster: found.roster, close };
}

function newRoster(room: string): OpenRoster {
  const path = { room };
  const roster = new Roster({
    room: async () => (await api.showRoom({ path })).data,
    participants: async () => (await api.listParticipants({ path })).data.items,
    change: (participant, body) => api.changeParticipant({ path: { room, participant }, body }),
    remove: (participant) => api.removeParticipant({ path: { room, participant } }),
    meeting: (body) => api.changeMeeting({ path, body }),
    record: (begin, video) =>
      begin ? api.recordMeeting({ path, body: { video } }) : api.stopRecordingMeeting({ path }),
    pause: (paused) => api.pauseRecordingMeeting({ path, body: { paused } }),
    invite: (number) => api.inviteToRoom({ path, body: { number } }),
    end: () => api.endMeeting({ path }),
    schedule: (task, milliseconds) => setTimeout(task, milliseconds),
  });
  const unsubscribes = [
    events.on('room', (event) => void (event.id === room && roster.handleEvent(event))),
    events.onConnected(() => void roster.refresh()),
  ];
  const close = () => {
    unsubscribes.forEach((unsubscribe) => unsubscribe());
    roster.close();
  };
  void roster.refresh();
  return { roster, close };
}

events.on('room', ({ id, recorded, paused, video_recorded: video }) => {
  const now = recordingState(recorded, paused, video);
  if (rooms.state.recordings[id] !== now)
    rooms.setState((before) => ({ ...before, recordings: { ...before.recordings, [id]: now } }));
});
events.onConnected(() => void refreshAll());
onSignOut(() => {
  rooms.setState(() => EMPTY_STATE);
  shared.forEach(({ close }) => close());
  shared.clear();
});
