import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { api, type Meeting, type PlannedMeetingChange, type NewMeeting } from '~/api';
import { usePages } from '~/design/lists';
import { confirmAction } from '~/design/Confirm';
import { useChanges } from '~/design/changes';
import { copyText } from '~/core/clipboard';
import { toast } from '~/core/toasts';
import { showToCopy } from '~/design/CopyByHand';
import { refreshRooms } from './rooms';

const MEETINGS = 'meetings';

/** The meetings that the user has created. */
export function useMeetings() {
  return usePages<Meeting>([MEETINGS], (cursor) => api.listMeetings({ query: { cursor, limit: 100 } }));
}

/** One meeting, also of a colleague. */
export function useMeeting(id: string) {
  return useQuery({
    queryKey: [MEETINGS, id],
    queryFn: async () => (await api.showMeeting({ path: { meeting: id } })).data,
    retry: false,
  });
}

/** Returns a function that creates a meeting and opens its page. Rejects with the error of the server. */
export function useStartMeeting(): (meeting: NewMeeting) => Promise<void> {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return async (body) => {
    const { data } = await api.createMeeting({ body });
    queries.setQueryData([MEETINGS, data.id], data);
    void queries.invalidateQueries({ queryKey: [MEETINGS], exact: true });
    await navigate({ to: '/meetings/$meeting', params: { meeting: data.id } });
  };
}

/** Returns a function that changes name, planned time or lobby of a meeting. Rejects with the error of the server. */
export function useMeetingChange({ id }: Meeting): (change: PlannedMeetingChange) => Promise<void> {
  const queries = useQueryClient();
  return async (body) => {
    const { data } = await api.updateMeeting({ path: { meeting: id }, body });
    queries.setQueryData([MEETINGS, id], data);
    void queries.invalidateQueries({ queryKey: [MEETINGS], exact: true });
  };
}

/** Returns a function that deletes a meeting once the user has confirmed. */
export function useMeetingRemoval() {
  const { t } = useLingui();
  const changes = useChanges([MEETINGS]);
  const remove = async ({ id, name }: Meeting, after?: () => void) => {
    const confirmed = await confirmAction({
      title: t`Delete ${name}?`,
      text: t`Its link stops working, all participants are disconnected, and invitations are cancelled by e-mail.`,
      confirmLabel: t`Delete`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    const apply = () => api.deleteMeeting({ path: { meeting: id } });
    const onSuccess = () => {
      void refreshRooms();
      after?.();
    };
    changes.mutate({ apply, message: t`${name} is deleted.` }, { onSuccess });
  };
  return { remove, error: changes.error };
}

/** Returns a function that shares a link, or copies it where the browser cannot share. */
export function useShareLink(): (link: { name: string; join_url: string }) => void {
  const { t } = useLingui();
  return ({ name, join_url }) => {
    if (typeof navigator.share === 'function') {
      void navigator.share({ title: name, url: join_url }).catch(() => undefined); // cancelled by the user
      return;
    }
    void copyText(join_url).then((copied) => {
      if (copied) toast({ message: t`Link copied.` });
      else
        showToCopy({
          title: t`Copy the link yourself`,
          label: t`The browser does not allow copying here.`,
          text: join_url,
        });
    });
  };
}

/** Guest links of a meeting: a new one, and the end of all. */
export function useGuestLinks(meeting: Meeting) {
  const { t } = useLingui();
  const path = { meeting: meeting.id };
  const create = useMutation({
    mutationFn: async () => (await api.createGuestLink({ path, body: {} })).data,
  });
  const changes = useChanges([MEETINGS]);
  const withdraw = () => {
    const apply = () => api.withdrawGuestLinks({ path });
    changes.mutate({ apply, message: t`The guest links no longer work.` }, { onSuccess: () => create.reset() });
  };
  return { create, withdraw, error: create.error ?? changes.error };
}
