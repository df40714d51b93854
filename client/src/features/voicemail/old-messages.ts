import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { chooseOption } from '~/design/Confirm';
import { asProblem } from '~/core/problem';

export type OldMessages = 'keep' | 'put_away' | 'erase';
export type DecideOldMessages = () => Promise<OldMessages | undefined>;

/**
 * Apply a change that may disable voicemail: if messages exist, the server requires a decision about them, which the
 * user is asked for. Resolves with undefined if cancelled.
 */
export async function withOldMessagesChoice<T>(
  change: (old?: OldMessages) => Promise<T>,
  decide: DecideOldMessages,
): Promise<T | undefined> {
  try {
    return await change();
  } catch (fault) {
    if (asProblem(fault).code !== 'old_messages_undecided') throw fault;
    const old = await decide();
    return old && change(old);
  }
}

/** Ask the user. */
export function askAboutOldMessages(t: (text: MessageDescriptor) => string): DecideOldMessages {
  return () =>
    chooseOption<OldMessages>({
      title: t(msg`What becomes of the messages?`),
      text: t(msg`From now on nobody can leave a message. There are some already.`),
      choices: [
        { value: 'keep', label: t(msg`Keep them: they can still be heard`) },
        { value: 'put_away', label: t(msg`Put them away: they are erased in a while`) },
        { value: 'erase', label: t(msg`Erase them now, for good`), dangerous: true },
      ],
      cancelLabel: t(msg`Leave voicemail on`),
    });
}
