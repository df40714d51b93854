import { useLingui } from '@lingui/react/macro';
import { api, type Person } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages } from '~/design/lists';

/** The accounts of the organisation. */
export const useAccounts = (tenant?: string) =>
  useAllPages<Person>(['persons', tenant], (cursor) =>
    api.listPersons({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  );

/** Returns the name of an account by its id; an ellipsis while the accounts are not known. */
export function usePersonNames(tenant?: string): (id: string) => string {
  const { t } = useLingui();
  const { items, loaded } = useAccounts(tenant);
  const names = new Map(items.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? (loaded ? t`Former account` : '…');
}
