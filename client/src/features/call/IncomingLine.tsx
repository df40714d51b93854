import { Trans, useLingui } from '@lingui/react/macro';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { Invitation } from '~/features/conferences';
import { useNumberFormat } from '~/features/phone-numbers';
import { phone, type Call } from '~/sip';
import { useRemoteParty } from './useRemoteParty';

/** The kind of call, with the line called where the user has several. */
export function IncomingLine({ call }: { call: Call }) {
  const video = useValue(call.state, (each) => each.offersVideo);
  const formatted = useNumberFormat();
  const number = formatted(useValue(phone.state, (each) => each.number));
  const { title } = useRemoteParty(call);
  const lines = useValue(session, (each) => (each.state === 'in' ? each.me.extensions.length : 0));
  if (call.invitation) return <Invitation caller={title} others={call.invitation.others} />;
  if (call.clickToDial) return <Trans>Calling {title}… Pick up to connect</Trans>;
  if (lines > 1) return video ? <Trans>Video call to {number}</Trans> : <Trans>Call to {number}</Trans>;
  return video ? <Trans>Incoming video call</Trans> : <Trans>Incoming call</Trans>;
}

/** The name of the dialog of an incoming call. */
export function useIncomingLabel(call: Call): string {
  const { t } = useLingui();
  const video = useValue(call.state, (each) => each.offersVideo);
  const { title } = useRemoteParty(call);
  if (call.clickToDial) return t`Your call to ${title}`;
  return video ? t`Video call from ${title}` : t`Call from ${title}`;
}

/** The label of the button that answers; a call in progress is held. */
export function useAnswerLabel(call: Call): string {
  const { t } = useLingui();
  const talking = useValue(phone.state, ({ calls }) => calls.some((each) => each.phase === 'talking'));
  if (call.invitation) return talking ? t`Hold and join` : t`Join`;
  return talking ? t`Hold and answer` : t`Answer`;
}
