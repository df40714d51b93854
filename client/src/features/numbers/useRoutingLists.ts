import { api, type Extension, type Group, type Hours, type Menu, type Queue } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages } from '~/design/lists';
import { useExtensions } from '~/features/extensions';
import type { RoutingLists } from './path';

/** The lists that say where calls go, and the extensions that are called. Shared with the pages of these lists. */
export function useRoutingLists(tenant?: string): { lists: RoutingLists; extensions: Extension[] } {
  const query = (cursor?: string) => ({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } });
  const hours = useAllPages<Hours>(['hours', tenant], (at) => api.listHours(query(at))).items;
  const menus = useAllPages<Menu>(['menus', tenant], (at) => api.listMenus(query(at))).items;
  const groups = useAllPages<Group>(['groups', tenant], (at) => api.listGroups(query(at))).items;
  const queues = useAllPages<Queue>(['queues', tenant], (at) => api.listQueues(query(at))).items;
  return { lists: { hours, menus, groups, queues }, extensions: useExtensions(tenant).items };
}
