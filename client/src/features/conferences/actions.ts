import { useLingui } from '@lingui/react/macro';
import type { Participant } from '~/api';
import { confirmAction } from '~/design/Confirm';
import type { Roster } from './roster';

/** The name of a participant, otherwise the number. */
export function useParticipantName(person: Participant): string {
  const { t } = useLingui();
  return person.name || person.number || t`Withheld number`;
}

/** Remove a participant, after a question. */
export function useRemoval(person: Participant, roster: Roster): () => Promise<void> {
  const { t } = useLingui();
  const name = useParticipantName(person);
  return async () => {
    const confirmed = await confirmAction({
      title: t`Remove ${name}?`,
      text: t`Removed participants can rejoin unless the room is locked.`,
      confirmLabel: t`Remove`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) await roster.remove(person.id);
  };
}
