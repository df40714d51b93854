import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { problemText } from '~/design/problem-messages';
import { useValue } from '~/core/store';
import type { Call } from '~/sip';
import { dismissCallError, callError } from './call-error';
import css from './notice.module.css';

/** Shows why an action failed, until dismissed or the call changes. */
export function CallErrors({ call }: { call: Call }) {
  const { t } = useLingui();
  const problem = useValue(callError);
  useEffect(() => dismissCallError, [call]);
  if (!problem) return null;
  const { title, advice } = problemText(problem, t);
  return (
    <div className={css.notice} data-notice role="alert">
      <strong>{title}</strong>
      {advice && <span>{advice}</span>}
      <div className={css.noticeActions}>
        <button type="button" onClick={dismissCallError}>{t`OK`}</button>
      </div>
    </div>
  );
}
