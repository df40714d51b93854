import { api, type Recording } from '~/api';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { usePages, type List } from '~/design/lists';
import { toEntry, type RecordingEntry } from './model';

export const QUERY_KEY = 'own-recordings';

/** Recordings of the user's own calls, newest first. */
export function useOwnRecordings(archived = false): Omit<List<RecordingEntry>, 'loadAll'> {
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const { items, loaded, fault, loadMore, retry } = usePages<Recording>(
    [QUERY_KEY, archived],
    (cursor) => api.listRecordings({ query: { hidden: archived, cursor } }),
    { alwaysFresh: true },
  );
  const own = me?.extensions.map((each) => each.id) ?? [];
  // The list of an administrator contains all calls; show only their own.
  const entries = items.filter((each) => each.own).map((each) => toEntry(each, own));
  return { items: entries, loaded, fault, loadMore, retry };
}
