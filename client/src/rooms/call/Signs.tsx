import { IconLock, IconLockOpen } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useValue } from '~/kernel/store';
import type { Call, CallState } from '~/sip';
import { callView, showCall } from './model';
import { BARS } from './words';
import css from './call.module.css';

/** Whether the call is encrypted, and how good the connection is; a tap shows the figures. */
export function Signs({ call }: { call: Call }) {
  const { t } = useLingui();
  const state = useValue(call.state);
  const open = useValue(callView, (each) => each.figures);
  const { quality, encryption, phase } = state;
  if (!call.answered || phase === 'ended') return <span />;
  return (
    <div className={css.signs}>
      <button
        type="button"
        className={css.sign}
        aria-expanded={open}
        onClick={() => showCall({ figures: !open })}
        aria-label={`${encryption ? t`Encrypted to your PBX` : t`Not encrypted yet`}. ${quality ? t(BARS[quality.bars]) : ''}`}
      >
        {encryption ? <IconLock size={18} aria-hidden /> : <IconLockOpen size={18} aria-hidden />}
        <span className={css.bars} data-bars={quality?.bars ?? 0} aria-hidden>
          <i />
          <i />
          <i />
          <i />
          <i />
        </span>
      </button>
      {open && <Figures state={state} />}
    </div>
  );
}

function Figures({ state: { quality, encryption, codec } }: { state: CallState }) {
  const { t, i18n } = useLingui();
  const number = (value: number, digits = 0) => i18n.number(value, { maximumFractionDigits: digits });
  return (
    <div className={css.figures}>
      <p>
        {encryption ? (
          <Trans>
            Encrypted to your PBX: {encryption.cipher}, {encryption.protocol}
          </Trans>
        ) : (
          <Trans>Not encrypted yet</Trans>
        )}
      </p>
      {quality && (
        <dl>
          <dt>{t`Quality`}</dt>
          <dd>{number(quality.mos, 1)} / 5</dd>
          <dt>{t`Lost`}</dt>
          <dd>{number(quality.loss * 100, 1)} %</dd>
          <dt>{t`Jitter`}</dt>
          <dd>{number(quality.jitter, 1)} ms</dd>
          <dt>{t`There and back`}</dt>
          <dd>{number(quality.rtt)} ms</dd>
          {codec && (
            <>
              <dt>{t`Coding`}</dt>
              <dd>{codec}</dd>
            </>
          )}
        </dl>
      )}
    </div>
  );
}
