import { api, type CallRecord } from '~/api';
import { events } from '~/api/events';
import { onLeaving, session } from '~/api/session';
import { keep, keptFor, recall } from '~/kernel/kept';
import { History } from './model';

const PAGE = 100;
const KEY = 'history';
let whose = keptFor();

/** One's own calls, the same for every screen that shows them. */
export const calls = new History({
  me: () => (session.state.state === 'in' ? session.state.me : undefined),
  ask: async (extension, cursor) => {
    whose = keptFor();
    return (await api.listHistory({ query: { extension, cursor, limit: PAGE } })).data;
  },
  kept: async () => ((await recall(KEY)) ?? []) as CallRecord[],
  keep: (records) => keep(whose, KEY, records),
});

onLeaving(() => calls.forget());
events.on('history', () => void calls.refresh());
events.onUp(() => void calls.refresh());
