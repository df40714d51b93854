import { api, type Colleague } from '~/api';
import { events } from '~/api/events';
import { onSignOut, session } from '~/api/session';
import { saveLocal, currentOwner, readLocal } from '~/core/device-storage';
import { Directory } from './model';

const PAGE_SIZE = 200;
const STORAGE_KEY = 'directory';
let owner = currentOwner();

/** Colleagues, shared by all screens. */
export const colleagues = new Directory({
  fetchPage: async (cursor) => {
    owner = currentOwner();
    return (await api.directory({ query: { cursor, limit: PAGE_SIZE } })).data;
  },
  loadCached: async () => {
    const stored = ((await readLocal(STORAGE_KEY)) ?? []) as Colleague[];
    // Those stored by an earlier version have no department.
    return stored.map((each) => ({ ...each, department: each.department ?? '' }));
  },
  saveCached: (all) => saveLocal(owner, STORAGE_KEY, all),
  ownIds: () => (session.state.state === 'in' ? session.state.me.extensions.map((each) => each.id) : []),
});

events.on('directory', () => {
  if (colleagues.state.state.source === 'server') void colleagues.refresh();
});
onSignOut(() => colleagues.clear());
