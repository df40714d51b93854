import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { confirmAction } from '~/design/Confirm';

/** Consequences of erasing a message; copies sent by e-mail are not affected. */
export function eraseConsequences(mailed: string | null | undefined): MessageDescriptor {
  return mailed
    ? msg`The message and its caller are erased here. A copy was sent by e-mail to the recipients and is not affected: delete that e-mail too.`
    : msg`The message and its caller are erased. This cannot be undone, not even from a backup.`;
}

/** Confirm erasing a message. `mailed`: when a copy was sent. */
export function confirmErase(
  t: (text: MessageDescriptor) => string,
  mailed: string | null | undefined,
): Promise<boolean> {
  return confirmAction({
    title: t(msg`Erase this message permanently?`),
    text: t(eraseConsequences(mailed)),
    confirmLabel: t(msg`Erase`),
    cancelLabel: t(msg`Cancel`),
  });
}
