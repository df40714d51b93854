import { api } from '~/api';
import { useAllPages } from '~/design/lists';

/** Names of the departments of the organisation, in order. */
export const useDepartments = (tenant?: string): string[] =>
  useAllPages(['departments', tenant], () => api.listDepartments({ query: { tenant } })).items.map(({ name }) => name);
