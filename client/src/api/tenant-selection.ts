import { api, type Tenant } from '~/api';
import { createStore } from '~/core/store';
import { fetchAll, MAX_PAGE_SIZE } from '~/core/pagination';
import { onSignOut, session } from './session';

/** The tenant shown in the portal: the user's own, or for operators the selected one. */
export interface TenantSelection {
  selected?: Tenant;
  /** Tenants an operator can select from; empty for other roles. */
  all: Tenant[];
}

const OPERATOR_SLUG = 'operator';

export const tenantSelection = createStore<TenantSelection>({ all: [] });

/** Call after sign-in. */
export async function loadTenants(): Promise<void> {
  const now = session.state;
  if (now.state !== 'in') return;
  if (now.me.role !== 'operator') {
    tenantSelection.setState(() => ({ selected: now.me.tenant ?? undefined, all: [] }));
    return;
  }
  const tenants = await fetchAll<Tenant>((cursor) => api.listTenants({ query: { cursor, limit: MAX_PAGE_SIZE } }));
  const all = tenants.filter((each) => each.slug !== OPERATOR_SLUG);
  tenantSelection.setState((before) => ({
    all,
    selected: all.find((each) => each.id === before.selected?.id) ?? all[0],
  }));
}

export function selectTenant(id: string): void {
  tenantSelection.setState((before) => ({
    ...before,
    selected: before.all.find((each) => each.id === id) ?? before.selected,
  }));
}

/** Replace a tenant after it was changed. */
export function replaceTenant(tenant: Tenant): void {
  tenantSelection.setState(({ selected, all }) => ({
    selected: selected?.id === tenant.id ? tenant : selected,
    all: all.map((each) => (each.id === tenant.id ? tenant : each)),
  }));
}

onSignOut(() => tenantSelection.setState(() => ({ all: [] })));
