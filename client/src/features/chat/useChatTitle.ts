import { useLingui } from '@lingui/react/macro';
import type { Conversation } from '~/api';

/** Returns a function that names a conversation: a group by its name, another one by the other person. */
export function useChatTitle(): (conversation: Conversation) => string {
  const { t } = useLingui();
  return ({ kind, name, members }) => {
    if (kind === 'group') return name || t`Group`;
    const other = members.find((each) => !each.own);
    return other?.name || other?.number || t`Deleted user`;
  };
}
