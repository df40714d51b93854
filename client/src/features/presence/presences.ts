import { api, type PresenceChange } from '~/api';
import { events, type PresenceItem } from '~/api/events';
import { onSignOut, session } from '~/api/session';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useValue } from '~/core/store';
import { Presences } from './model';

/** Presence of colleagues and of the user, shared by all screens. */
export const presences = new Presences(
  async (cursor) => (await api.listPresence({ query: { cursor, limit: MAX_PAGE_SIZE } })).data,
);

events.on('presence.changed', ({ items }) => presences.update(items));
events.on('directory', () => presences.refreshOpened());
events.onConnected(() => presences.refreshOpened());
onSignOut(() => presences.clear());

/** Presence of an extension; undefined while it is unknown. */
export function usePresence(extension?: string): PresenceItem | undefined {
  return useValue(presences.state, (each) => (extension ? each[extension] : undefined));
}

/** Presence of the user, that of the first extension. */
export function useOwnPresence(): PresenceItem | undefined {
  return usePresence(useValue(session, (each) => (each.state === 'in' ? each.me.extensions[0]?.id : undefined)));
}

/** Change the presence of the user. */
export async function changeOwnPresence(body: PresenceChange): Promise<void> {
  presences.update((await api.changeOwnPresence({ body })).data.items);
}
