import { useQuery } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import type { PresenceItem } from '~/api/events';
import { session } from '~/api/session';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useValue } from '~/core/store';
import { toast } from '~/core/toasts';
import { startCall } from '~/features/call';
import { useCode } from '~/features/feature-codes';
import { phone } from '~/sip';
import { canPickUp, teammates, watchPickup } from './model';

/** Returns a function that picks up the call that rings at a colleague; undefined while there is none to pick up. */
export function usePickUp(presence: PresenceItem, name: string): (() => void) | undefined {
  const { t } = useLingui();
  const team = useTeam();
  const possible = useValue(phone.state, ({ calls }) => canPickUp(presence, calls, team));
  const code = useCode('pickup');
  if (!possible || !code) return undefined;
  return () => {
    void startCall(`${code}${presence.number}`, { name: t`Call for ${name}` }).then((call) =>
      watchPickup(call, () => toast({ message: t`The call for ${name} was answered or has ended.` })),
    );
  };
}

/** Numbers of the colleagues whose calls may be picked up; undefined for all. */
function useTeam(): ReadonlySet<string> | undefined {
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const restricted = me?.tenant?.pickup === 'groups';
  const { data } = useQuery({
    queryKey: ['groups', 'own'],
    queryFn: async () => (await api.listGroups({ query: { limit: MAX_PAGE_SIZE } })).data.items,
    enabled: restricted,
  });
  if (!restricted) return undefined;
  return teammates(data ?? [], me?.extensions.map((each) => each.number) ?? []);
}
