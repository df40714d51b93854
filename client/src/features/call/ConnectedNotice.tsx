import { Trans } from '@lingui/react/macro';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { useNumberFormat } from '~/features/phone-numbers';
import type { Call } from '~/sip';
import css from './remote-party.module.css';

/** Special facts about the remote party: a mailbox, or a person that another one transferred. */
export function ConnectedNotice({ call }: { call: Call }) {
  const { voicemail, transferredBy: transferor, endReason } = useValue(call.state);
  const transferredBy = useNumberFormat()(transferor ?? '');
  const administers = useValue(session, (each) => each.state === 'in' && each.me.role !== 'user');
  if (endReason === 'no-outside-line' && administers) {
    return (
      <p className={css.number}>
        <a href="/portal">
          <Trans>Open the administration</Trans>
        </a>
      </p>
    );
  }
  return (
    <div aria-live="polite">
      {transferredBy && !call.ended && (
        <p className={css.number}>
          <Trans>Transferred by {transferredBy}</Trans>
        </p>
      )}
      {voicemail && !call.ended && (
        <p className={css.number}>
          <Trans># ends the message</Trans>
        </p>
      )}
    </div>
  );
}
