import { api, type PublicNumber, type Route, type Trunk } from '~/api';
import { fetchAll, MAX_PAGE_SIZE } from '~/core/pagination';
import { Problem } from '~/core/problem';
import { conditionOf, type Condition } from '~/features/routing';
import { newTrunk, trunkChange, usersOf, type TrunkValues } from './model';

const SHOWN = 5;

/** Requests that change the trunks of a tenant. */
export function trunkRequests(tenant?: string) {
  const query = { tenant };
  const remove = (trunk: string, headers: Condition | undefined) =>
    api.deleteTrunk({ path: { trunk }, query, headers });
  const page = (cursor?: string) => ({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } });
  return {
    create: (values: TrunkValues) => api.createTrunk({ query, body: newTrunk(values) }),
    update: (trunk: string, changed: Partial<TrunkValues>, headers?: Condition) =>
      api.updateTrunk({ path: { trunk }, query, body: trunkChange(changed), headers }),
    remove,
    /** Delete a trunk; throws a Problem with the names of its numbers and routes if it has some. */
    removeUnused: async (trunk: Trunk, inUse: (users: string) => { title: string; advice: string }) => {
      const [numbers, routes] = await Promise.all([
        fetchAll<PublicNumber>((cursor) => api.listNumbers(page(cursor))),
        fetchAll<Route>((cursor) => api.listRoutes(page(cursor))),
      ]);
      const users = usersOf(trunk, numbers, routes);
      if (users.length) {
        const { title, advice } = inUse(users.slice(0, SHOWN).join(', ') + (users.length > SHOWN ? ' …' : ''));
        throw new Problem('in_use', 409, title, advice);
      }
      await remove(trunk.id, conditionOf(trunk.version));
    },
  };
}
