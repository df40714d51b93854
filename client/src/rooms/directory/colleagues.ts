import { api } from '~/api';
import { onLeaving, session } from '~/api/session';
import { fromKept, keepFor, kept, keptFor } from '~/kernel/kept';
import { Directory } from './model';

const PAGE = 200;
let whose = keptFor();

/** The colleagues, the same for every screen that shows them. */
export const colleagues = new Directory({
  ask: async (cursor) => {
    whose = keptFor();
    return (await api.directory({ query: { cursor, limit: PAGE } })).data;
  },
  kept: () => fromKept(() => kept.colleagues.toArray(), []),
  keep: async (all) => {
    await keepFor(whose, () =>
      kept.transaction('rw', kept.colleagues, async () => {
        await kept.colleagues.clear();
        await kept.colleagues.bulkPut(all);
      }),
    );
  },
  own: () => (session.state.state === 'in' ? session.state.me.extensions.map((each) => each.id) : []),
});

onLeaving(() => colleagues.forget());
