import { useClickOutside } from '@mantine/hooks';
import { IconLock, IconLockOpen } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import type { Call, CallState } from '~/sip';
import { callView, showCall } from './model';
import { QUALITY_LABELS } from './messages';
import css from './status.module.css';

/** Encryption and connection quality; a tap shows the statistics. */
export function CallStatus({ call }: { call: Call }) {
  const { t } = useLingui();
  const state = useValue(call.state);
  const open = useValue(callView, (each) => each.statistics);
  const outside = useClickOutside<HTMLDivElement>(() => showCall({ statistics: false }));
  const { quality, encryption, phase } = state;
  if (!call.answered || phase === 'ended') return <span />;
  return (
    <div className={css.status} ref={outside}>
      <button
        type="button"
        className={css.statusButton}
        aria-expanded={open}
        onClick={() => showCall({ statistics: !open })}
        aria-label={`${encryption ? t`Encrypted to your phone system` : t`Not encrypted yet`}. ${quality ? t(QUALITY_LABELS[quality.bars]) : ''}`}
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
      {open && <CallStatistics state={state} />}
    </div>
  );
}

function CallStatistics({ state: { quality, encryption, codec } }: { state: CallState }) {
  const { t, i18n } = useLingui();
  const number = (value: number, digits = 0) => i18n.number(value, { maximumFractionDigits: digits });
  return (
    <div className={css.statistics}>
      <p>
        {encryption ? (
          <Trans>
            Encrypted to your phone system: {encryption.cipher}, {encryption.protocol}
          </Trans>
        ) : (
          <Trans>Not encrypted yet</Trans>
        )}
      </p>
      {quality && (
        <dl>
          <dt>{t`Quality`}</dt>
          <dd>{number(quality.mos, 1)} / 5</dd>
          <dt>{t`Packet loss`}</dt>
          <dd>{number(quality.loss * 100, 1)} %</dd>
          <dt>{t`Jitter`}</dt>
          <dd>{number(quality.jitter, 1)} ms</dd>
          <dt>{t`Round trip`}</dt>
          <dd>{number(quality.rtt)} ms</dd>
          {codec && (
            <>
              <dt>{t`Codec`}</dt>
              <dd>{codec}</dd>
            </>
          )}
        </dl>
      )}
    </div>
  );
}
