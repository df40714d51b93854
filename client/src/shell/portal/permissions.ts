/**
 * Permissions without which the pages of the portal show nothing, in the order of the navigation. An address belongs to
 * the page that it begins with; any other is open to all.
 */
export const NEEDED = {
  '/': 'people_change',
  '/people': 'people_read',
  '/phones': 'people_read',
  '/roles': 'roles_change',
  '/contacts': 'company_contacts',
  '/live': 'calls_read',
  '/history': 'history_read',
  '/recordings': 'recordings_change',
  '/voicemail': 'tenant_change',
  '/rooms': 'routing_change',
  '/call-reports': 'history_read',
  '/costs': 'billing_read',
  '/billing': 'billing_read',
  '/numbers': 'routing_change',
  '/trunks': 'trunks_change',
  '/routes': 'trunks_change',
  '/groups': 'routing_change',
  '/queues': 'queues_change',
  '/menus': 'routing_change',
  '/hours': 'routing_change',
  '/codes': 'tenant_change',
  '/emergency': 'tenant_change',
  '/protection': 'tenant_change',
  '/organisation': 'tenant_change',
  '/privacy': 'privacy_change',
  '/integrations': 'tenant_change',
  '/emails': 'emails_read',
  '/reports': 'people_read',
} as const;

export function mayOpen(path: string, permissions: readonly string[]): boolean {
  const needed = (NEEDED as Record<string, string | undefined>)[`/${path.split('/')[1] ?? ''}`];
  return needed === undefined || permissions.includes(needed);
}

/** The page to begin with: the first one that the permissions open. */
export function firstPage(permissions: readonly string[]): string | undefined {
  return Object.keys(NEEDED).find((path) => mayOpen(path, permissions));
}
