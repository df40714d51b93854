import { useLingui } from '@lingui/react/macro';
import { setPreferences } from '~/core/preferences';
import type { CaptureError } from '~/media/capture';

/** Opens a device again that failed; a camera whose background cannot be blurred is only sent as it is on request. */
export function RetryButton({ fault, retry }: { fault: CaptureError; retry: () => void }) {
  const { t } = useLingui();
  if (fault.reason !== 'blur') return <button type="button" onClick={retry}>{t`Try again`}</button>;
  const show = () => {
    setPreferences({ backgroundBlur: false });
    retry();
  };
  return <button type="button" onClick={show}>{t`Show my background`}</button>;
}
