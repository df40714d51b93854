import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { api, type MeetingInvitation, type Meeting, type NewMeetingInvitations } from '~/api';
import { toast } from '~/core/toasts';
import { useChanges } from '~/design/changes';

const INVITATIONS = 'meeting-invitations';
const CALENDAR = 'calendar-address';

/** Invitations to a meeting by e-mail: who has one, further ones, and their end. */
export function useInvitations(meeting: Meeting) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const path = { meeting: meeting.id };
  const list = useQuery({
    queryKey: [INVITATIONS, meeting.id],
    queryFn: async () => (await api.listMeetingInvitations({ path })).data.items,
  });
  const changes = useChanges([INVITATIONS]);
  const invite = async (body: NewMeetingInvitations) => {
    const { items } = (await api.inviteToMeeting({ path, body })).data;
    await queries.invalidateQueries({ queryKey: [INVITATIONS] });
    toast({ message: items.length ? t`The invitations are sent.` : t`They are invited already.` });
  };
  const withdraw = ({ id, name, email }: MeetingInvitation) => {
    const apply = () => api.withdrawInvitation({ path: { ...path, invitation: id } });
    changes.mutate({ apply, message: t`The invitation of ${name || email} is withdrawn.` });
  };
  return { list, invite, withdraw, error: changes.error };
}

/** The address by which calendar programs read the user's meetings. */
export function useCalendarAddress() {
  const { t } = useLingui();
  const address = useQuery({ queryKey: [CALENDAR], queryFn: async () => (await api.showCalendarAddress()).data });
  const changes = useChanges([CALENDAR]);
  const create = useMutation({ mutationFn: async () => (await api.createCalendarAddress()).data });
  const withdraw = () =>
    changes.mutate(
      { apply: () => api.withdrawCalendarAddress(), message: t`The calendar address no longer works.` },
      { onSuccess: () => create.reset() },
    );
  return { address, create, withdraw, error: create.error ?? changes.error };
}
