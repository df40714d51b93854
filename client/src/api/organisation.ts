import { api, type Tenant } from '~/api';
import { createStore } from '~/kernel/store';
import { allOf, MOST } from '~/kernel/pages';
import { onLeaving, session } from './session';

/** Which organisation the portal looks at: one's own, or for operators the one they chose. */
export interface Organisation {
  chosen?: Tenant;
  /** What an operator may choose from; others have none. */
  all: Tenant[];
}

const OPERATOR = 'operator';

export const organisation = createStore<Organisation>({ all: [] });

/** To be called once somebody is signed in. */
export async function findOrganisation(): Promise<void> {
  const now = session.state;
  if (now.state !== 'in') return;
  if (now.me.role !== 'operator') {
    organisation.setState(() => ({ chosen: now.me.tenant ?? undefined, all: [] }));
    return;
  }
  const tenants = await allOf<Tenant>((cursor) => api.listTenants({ query: { cursor, limit: MOST } }));
  const all = tenants.filter((each) => each.slug !== OPERATOR);
  organisation.setState((before) => ({ all, chosen: all.find((each) => each.id === before.chosen?.id) ?? all[0] }));
}

export function choose(id: string): void {
  organisation.setState((before) => ({
    ...before,
    chosen: before.all.find((each) => each.id === id) ?? before.chosen,
  }));
}

/** It was changed. */
export function renew(tenant: Tenant): void {
  organisation.setState(({ chosen, all }) => ({
    chosen: chosen?.id === tenant.id ? tenant : chosen,
    all: all.map((each) => (each.id === tenant.id ? tenant : each)),
  }));
}

onLeaving(() => organisation.setState(() => ({ all: [] })));
