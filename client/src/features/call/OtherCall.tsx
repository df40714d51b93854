import { IconArrowsExchange } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { phone, type Call, type Phase } from '~/sip';
import { useRemoteParty } from './useRemoteParty';
import css from './other-call.module.css';

/** The second call, switched to with a tap. */
export function OtherCall({ call }: { call: Call }) {
  const { t } = useLingui();
  const { title } = useRemoteParty(call);
  const phase = useValue(call.state, (each) => each.phase);
  return (
    <button type="button" className={css.otherCall} aria-live="polite" onClick={() => void phone.swapTo(call)}>
      <span>{otherCallText(phase, title)}</span>
      <span className={css.swap}>
        <IconArrowsExchange size={18} aria-hidden />
        {t`Swap`}
      </span>
    </button>
  );
}

function otherCallText(phase: Phase, title: string) {
  if (phase === 'held') return <Trans>On hold: {title}</Trans>;
  if (phase === 'calling' || phase === 'ringing') return <Trans>Ringing: {title}</Trans>;
  return <Trans>Also: {title}</Trans>;
}
