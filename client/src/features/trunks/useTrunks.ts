import { api, type Trunk } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages } from '~/design/lists';

/** All trunks of a tenant. */
export const useTrunks = (tenant?: string) =>
  useAllPages<Trunk>(['trunks', tenant], (cursor) =>
    api.listTrunks({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  );
