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
      title: t(msg`Keep existing messages?`),
      text: t(msg`New messages will no longer be accepted. There are existing messages.`),
      choices: [
        { value: 'keep', label: t(msg`Keep messages`) },
        { value: 'put_away', label: t(msg`Archive messages (erased later)`) },
        { value: 'erase', label: t(msg`Erase messages permanently`), dangerous: true },
      ],
      cancelLabel: t(msg`Keep voicemail on`),
    });
}
