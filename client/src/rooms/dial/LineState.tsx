import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { wording } from '~/design/wording';
import { useValue } from '~/kernel/store';
import { phone } from '~/sip';
import css from './dial.module.css';

/** Whether calls come in and go out, said honestly. */
export function LineState() {
  const { t } = useLingui();
  const { line, elsewhere, problem, number, name } = useValue(phone.state);
  if (elsewhere) {
    return (
      <div className={css.line} data-state="off" role="status">
        <span>
          {elsewhere === 'busy' ? (
            <Trans>A call is going on in another tab.</Trans>
          ) : (
            <Trans>Your line is in another tab.</Trans>
          )}
        </span>
        <Button size="compact-md" variant="light" onClick={() => void phone.takeOver()}>
          <Trans>Use it here</Trans>
        </Button>
      </div>
    );
  }
  return (
    <div className={css.line} data-state={line} role="status">
      <i className={css.light} aria-hidden />
      {line === 'ready' && (
        <span>
          {number} <span className={css.dim}>{name}</span>
        </span>
      )}
      {(line === 'connecting' || line === 'off') && <Trans>Connecting…</Trans>}
      {line === 'retrying' && <Trans>No connection to the PBX. Trying again…</Trans>}
      {line === 'refused' && (
        <span>{problem ? wording(problem, t).what : <Trans>The PBX refuses this device.</Trans>}</span>
      )}
    </div>
  );
}
