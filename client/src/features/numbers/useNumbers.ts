import { api, type PublicNumber } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages } from '~/design/lists';

/** All public numbers of a tenant. */
export const useNumbers = (tenant?: string) =>
  useAllPages<PublicNumber>(['numbers', tenant], (cursor) =>
    api.listNumbers({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  );
