import { useLingui } from '@lingui/react/macro';
import { useCallback } from 'react';
import type { Conversation } from '~/api';
import type { MentionName } from './mentions';

/** Returns a function with the present names of people who are mentioned in a conversation. */
export function useMentionNames(): (conversation: Conversation) => MentionName {
  const { t } = useLingui();
  return useCallback(
    ({ members, member_count: count }) =>
      (person) => {
        if (!person) return t`Deleted user`;
        const member = members.find((each) => each.person_id === person);
        if (member) return member.name || member.number || t`Without extension`;
        return members.length < count ? '…' : t`Former member`;
      },
    [t],
  );
}

export function useMentionName(conversation: Conversation): MentionName {
  return useMentionNames()(conversation);
}
