import { IconPhoneOff } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useClock } from '~/design/useClock';
import { useValue } from '~/kernel/store';
import { phone, type Call } from '~/sip';
import { showCall } from './model';
import { useParty } from './useParty';
import { stateOf } from './words';
import css from './call.module.css';

/** The call made small: a tap brings it back. */
export function Bar({ call }: { call: Call }) {
  const { t } = useLingui();
  const state = useValue(call.state);
  const { title } = useParty(call);
  const clock = useClock(state.phase === 'ended' ? undefined : state.since);
  const reached = useValue(phone.state, (each) => each.line === 'ready');
  const words = stateOf(state, reached);
  return (
    <div className={css.bar} role="region" aria-label={t`Call with ${title}`}>
      <button type="button" className={css.barMain} onClick={() => showCall({ minimised: false })}>
        <strong>{title}</strong>
        <span>{words ? t(words) : clock}</span>
      </button>
      {!call.over && (
        <button type="button" className={css.barEnd} aria-label={t`Hang up`} onClick={() => call.hangUp()}>
          <IconPhoneOff size={22} aria-hidden />
        </button>
      )}
    </div>
  );
}
