import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { wording } from '~/design/wording';
import { useValue } from '~/kernel/store';
import type { Call } from '~/sip';
import { overlook, undone } from './undone';
import css from './call.module.css';

/** Says what could not be done with the call, until it is read or the call is another. */
export function Undone({ call }: { call: Call }) {
  const { t } = useLingui();
  const problem = useValue(undone);
  useEffect(() => overlook, [call]);
  if (!problem) return null;
  const { what, todo } = wording(problem, t);
  return (
    <div className={css.note} role="alert">
      <strong>{what}</strong>
      {todo && <span>{todo}</span>}
      <div className={css.noteKeys}>
        <button type="button" onClick={overlook}>{t`Go on`}</button>
      </div>
    </div>
  );
}
