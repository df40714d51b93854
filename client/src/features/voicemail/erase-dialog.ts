import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { confirmAction } from '~/design/Confirm';

/** Consequences of erasing a message; copies sent by e-mail are not affected. */
export function eraseConsequences(mailed: string | null | undefined): MessageDescriptor {
  return mailed
    ? msg`What was said and who said it are gone here. A copy was sent by e-mail to those it was left for: no erasing reaches that, so that e-mail has to be deleted too.`
    : msg`What was said and who said it are gone. Nothing brings them back, no backup either.`;
}

/** Confirm erasing a message. `mailed`: when a copy was sent. */
export function confirmErase(
  t: (text: MessageDescriptor) => string,
  mailed: string | null | undefined,
): Promise<boolean> {
  return confirmAction({
    title: t(msg`Erase this message for good?`),
    text: t(eraseConsequences(mailed)),
    confirmLabel: t(msg`Erase`),
    cancelLabel: t(msg`Keep`),
  });
}
