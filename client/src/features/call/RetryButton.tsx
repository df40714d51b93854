import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { preferences, setPreferences } from '~/core/preferences';
import type { CaptureError } from '~/media/capture';

interface RetryButtonProps {
  fault: CaptureError;
  retry: () => void;
}

/** Opens a device again that failed. */
export function RetryButton({ fault, retry }: RetryButtonProps) {
  const { t } = useLingui();
  if (fault.reason === 'blur') return <ShowBackground show={retry} />;
  return <button type="button" onClick={retry}>{t`Try again`}</button>;
}

/**
 * A camera whose background cannot be blurred is only sent as it is on request: by this button, or by switching the blur off
 * while this button is on the page. Switched off at any other time, a camera that has ended stays off.
 */
function ShowBackground({ show }: { show: () => void }) {
  const { t } = useLingui();
  useEffect(() => {
    let blurred = preferences.state.backgroundBlur;
    const { unsubscribe } = preferences.subscribe(({ backgroundBlur }) => {
      const switchedOff = blurred && !backgroundBlur;
      blurred = backgroundBlur;
      if (switchedOff) show();
    });
    return unsubscribe;
  }, [show]);
  const showNow = () => (preferences.state.backgroundBlur ? setPreferences({ backgroundBlur: false }) : show());
  return <button type="button" onClick={showNow}>{t`Show my background`}</button>;
}
