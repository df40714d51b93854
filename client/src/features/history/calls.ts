import { api, type CallRecord } from '~/api';
import { events } from '~/api/events';
import { onSignOut, session } from '~/api/session';
import { saveLocal, currentOwner, readLocal } from '~/core/device-storage';
import { History } from './model';

const PAGE_SIZE = 100;
const STORAGE_KEY = 'history';
let owner = currentOwner();

/** The user's own calls, shared by all screens. */
export const calls = new History({
  me: () => (session.state.state === 'in' ? session.state.me : undefined),
  fetchPage: async (extension, cursor) => {
    owner = currentOwner();
    return (await api.listHistory({ query: { extension, cursor, limit: PAGE_SIZE } })).data;
  },
  fetchCall: async (call_id) => (await api.showHistory({ path: { call_id } })).data,
  remove: (call_id) => api.removeHistory({ path: { call_id } }),
  restore: (call_id) => api.restoreHistory({ path: { call_id } }),
  loadCached: async () => ((await readLocal(STORAGE_KEY)) ?? []) as CallRecord[],
  saveCached: (records) => saveLocal(owner, STORAGE_KEY, records),
});

onSignOut(() => calls.clear());
events.on('history', () => void calls.refresh());
events.onConnected(() => void calls.refresh());
