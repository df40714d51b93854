import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { phone, type PhoneState } from '~/sip';
import css from './dial.module.css';

const STATES: Record<PhoneState['line'], MessageDescriptor> = {
  off: msg`Not connected`,
  connecting: msg`Connecting…`,
  ready: msg`Ready`,
  retrying: msg`Connecting again…`,
  refused: msg`Not connected`,
};

/** Own extension and connection state. Advice is shown by the shell. */
export function LineStatus() {
  const { t } = useLingui();
  const line = useValue(phone.state, (each) => each.line);
  const own = useValue(session, (each) => (each.state === 'in' ? each.me.extensions[0] : undefined));
  return (
    <div className={css.line} data-state={line} role="status">
      <i className={css.statusDot} aria-hidden />
      {own && (
        <span>
          {own.number} <span className={css.dimmed}>{own.name}</span>
        </span>
      )}
      <span className={css.dimmed}>{t(STATES[line])}</span>
    </div>
  );
}
