import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { confirmAction } from '~/design/Confirm';
import { unsentMessages } from './stored-outbox';

/**
 * Returns a function to call before a sign-out, which deletes what this device has not sent. If there are such messages, it
 * asks; false: the user stays.
 */
export function useConfirmUnsent(): () => Promise<boolean> {
  const { t } = useLingui();
  return async () => {
    const count = (await unsentMessages()).length;
    if (count === 0) return true;
    return confirmAction({
      title: t`Sign out and delete unsent messages?`,
      text: t`${plural(count, {
        one: '# message of this device was not sent yet and will be deleted.',
        other: '# messages of this device were not sent yet and will be deleted.',
      })}`,
      confirmLabel: t`Sign out`,
      cancelLabel: t`Cancel`,
    });
  };
}
