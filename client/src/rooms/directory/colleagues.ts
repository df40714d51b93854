import { api, type Colleague } from '~/api';
import { onLeaving, session } from '~/api/session';
import { keep, keptFor, recall } from '~/kernel/kept';
import { Directory } from './model';

const PAGE = 200;
const KEY = 'directory';
let whose = keptFor();

/** The colleagues, the same for every screen that shows them. */
export const colleagues = new Directory({
  ask: async (cursor) => {
    whose = keptFor();
    return (await api.directory({ query: { cursor, limit: PAGE } })).data;
  },
  kept: async () => ((await recall(KEY)) ?? []) as Colleague[],
  keep: (all) => keep(whose, KEY, all),
  own: () => (session.state.state === 'in' ? session.state.me.extensions.map((each) => each.id) : []),
});

onLeaving(() => colleagues.forget());
