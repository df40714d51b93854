import { useLingui } from '@lingui/react/macro';
import { toast } from '~/core/toasts';

/** Returns a function that copies a number and says so. */
export function useCopyNumber(): (number: string) => void {
  const { t } = useLingui();
  return (number) =>
    void navigator.clipboard.writeText(number).then(
      () => toast({ message: t`Number copied.` }),
      () => toast({ message: t`The browser does not allow copying here.` }),
    );
}
