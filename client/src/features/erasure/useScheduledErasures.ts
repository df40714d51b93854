import { api, type ListedErasure } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages } from '~/design/lists';

/** Query keys of the lists that a scheduled erasure concerns. */
export const SCHEDULED_ERASURES = ['scheduled-erasures', 'erasure'] as const;

export type Scheduled = ListedErasure & { id: string };

/** The erasures of people of the organisation that have not begun. */
export const useScheduledErasures = (tenant?: string) =>
  useAllPages<Scheduled>(['scheduled-erasures', tenant], async (cursor) => {
    const { data } = await api.listScheduledErasures({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } });
    return { data: { ...data, items: data.items.map((each) => ({ ...each, id: each.person_id })) } };
  });
