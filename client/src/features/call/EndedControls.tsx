import type { Call } from '~/sip';
import { RoundButton } from './RoundButton';
import { useEndedActions } from './useEndedActions';
import css from './controls.module.css';

/** The controls of a call that has ended. */
export function EndedControls({ call }: { call: Call }) {
  return (
    <div className={css.controls} data-controls>
      <div className={css.ended}>
        {useEndedActions(call).map(({ icon, label, kind, run }) => (
          <RoundButton key={label} large icon={icon} kind={kind} label={label} onClick={run} />
        ))}
      </div>
    </div>
  );
}
