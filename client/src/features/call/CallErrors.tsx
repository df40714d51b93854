import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { problemText } from '~/design/problem-messages';
import { useValue } from '~/core/store';
import type { Call } from '~/sip';
import { dismissCallError, callError } from './call-error';
import { CallNotice } from './CallNotice';

/** Shows why an action failed, until dismissed or the call changes. */
export function CallErrors({ call }: { call: Call }) {
  const { t } = useLingui();
  const problem = useValue(callError);
  useEffect(() => dismissCallError, [call]);
  if (!problem) return null;
  return (
    <CallNotice role="alert" {...problemText(problem, t)}>
      <button type="button" onClick={dismissCallError}>{t`OK`}</button>
    </CallNotice>
  );
}
