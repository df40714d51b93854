import { useLingui } from '@lingui/react/macro';
import { copyText } from '~/core/clipboard';
import { toast } from '~/core/toasts';

/** Returns a function that copies a number and says so. */
export function useCopyNumber(): (number: string) => void {
  const { t } = useLingui();
  return (number) =>
    void copyText(number).then((copied) =>
      toast({ message: copied ? t`Number copied.` : t`The browser does not allow copying here.` }),
    );
}
