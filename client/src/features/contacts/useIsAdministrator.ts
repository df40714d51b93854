import { session } from '~/api/session';
import { useValue } from '~/core/store';

/** Whether the user changes company contacts. */
export function useIsAdministrator(): boolean {
  return useValue(session, (each) => each.state === 'in' && each.me.person?.role === 'tenant_admin');
}
