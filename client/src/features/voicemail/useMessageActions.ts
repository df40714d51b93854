import { useLingui } from '@lingui/react/macro';
import { session } from '~/api/session';
import { toast } from '~/core/toasts';
import { useValue } from '~/core/store';
import { startCall } from '~/features/call';
import { ownVoicemail } from './own-voicemail';
import type { VoicemailEntry } from './model';

/** The actions on a message of an own or shared mailbox. */
export function useMessageActions(message: VoicemailEntry) {
  const { t } = useLingui();
  const archived = useValue(ownVoicemail.state, (each) => !each.inbox.some(({ id }) => id === message.id));
  const own = useValue(
    session,
    (each) => each.state === 'in' && each.me.extensions.some(({ id }) => id === message.extensionId),
  );
  return {
    archived,
    /** Of the user's own mailbox: those of shared ones are deleted by the administrator. */
    own,
    callBack: () => void startCall(message.number, { name: message.name || undefined }),
    remove: () => {
      void ownVoicemail.delete(message.id);
      toast({
        message: message.mailed
          ? t`Message deleted. The copy in your e-mail is not affected: delete that e-mail too.`
          : t`Message deleted.`,
        undo: () => void ownVoicemail.undoDelete(message.id, !archived),
      });
    },
  };
}
