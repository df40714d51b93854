import { api, type CallRecord } from '~/api';
import { events } from '~/api/events';
import { onLeaving, session } from '~/api/session';
import { fromKept, keepFor, kept, keptFor } from '~/kernel/kept';
import { History } from './model';

const PAGE = 100;
let whose = keptFor();

/** One's own calls, the same for every screen that shows them. */
export const calls = new History({
  me: () => (session.state.state === 'in' ? session.state.me : undefined),
  ask: async (extension, cursor) => {
    whose = keptFor();
    return (await api.listHistory({ query: { extension, cursor, limit: PAGE } })).data;
  },
  kept: () =>
    fromKept(
      async () => (await kept.calls.orderBy('started').reverse().toArray()).map((each) => each.record as CallRecord),
      [],
    ),
  keep: async (records) => {
    await keepFor(whose, () =>
      kept.transaction('rw', kept.calls, async () => {
        await kept.calls.clear();
        await kept.calls.bulkPut(records.map((record) => ({ id: record.id, started: record.started, record })));
      }),
    );
  },
});

onLeaving(() => calls.forget());
events.on('history', () => void calls.refresh());
