import { FocusTrap } from '@mantine/core';
import { IconPhone, IconPhoneOff, IconVideo } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { Invitation } from '~/features/conferences';
import { phone, type Call } from '~/sip';
import { answerCall, initials } from './model';
import { ConnectedNotice } from './ConnectedNotice';
import { RoundButton } from './RoundButton';
import { useRemoteParty } from './useRemoteParty';
import css from './incoming.module.css';
import screenCss from './screen.module.css';
import remotePartyCss from './remote-party.module.css';

/** An incoming call: full screen, or above an active call. */
export function Incoming({ call, beside }: { call: Call; beside: boolean }) {
  const { t } = useLingui();
  const video = useValue(call.state, (each) => each.offersVideo);
  const talking = useValue(phone.state, ({ calls }) => calls.some((each) => each.phase === 'talking'));
  const { title, number } = useRemoteParty(call);
  const answerLabel = () => {
    if (call.invitation) return talking ? t`Hold and join` : t`Join`;
    return talking ? t`Hold and answer` : t`Answer`;
  };
  return (
    <FocusTrap active>
      <section
        className={beside ? css.overlay : screenCss.screen}
        data-call={beside ? undefined : ''}
        data-overlay={beside || undefined}
        role="alertdialog"
        aria-modal
        aria-label={
          call.clickToDial ? t`Your call to ${title}` : video ? t`Video call from ${title}` : t`Call from ${title}`
        }
      >
        <div className={remotePartyCss.remoteParty} data-ringing>
          {!beside && (
            <div className={remotePartyCss.avatar} aria-hidden>
              {initials(title) || '#'}
            </div>
          )}
          <p className={remotePartyCss.state}>
            {call.clickToDial ? (
              <Trans>Calling {title}… Pick up to connect</Trans>
            ) : call.invitation ? (
              <Invitation caller={title} others={call.invitation.others} />
            ) : video ? (
              <Trans>Incoming video call</Trans>
            ) : (
              <Trans>Incoming call</Trans>
            )}
          </p>
          {/* Focus the title, not a button: typing must not answer the call. */}
          <h2 className={remotePartyCss.title} tabIndex={-1} data-autofocus>
            {title}
          </h2>
          {number && <p className={remotePartyCss.number}>{number}</p>}
          <ConnectedNotice call={call} />
        </div>
        <div className={css.answers} data-answers>
          <RoundButton
            large
            icon={IconPhone}
            kind="answer"
            label={answerLabel()}
            onClick={() => void answerCall(call)}
          />
          {video && (
            <RoundButton
              large
              icon={IconVideo}
              kind="answer"
              label={t`With video`}
              onClick={() => void answerCall(call, true)}
            />
          )}
          <RoundButton large icon={IconPhoneOff} kind="end" label={t`Decline`} onClick={() => call.decline()} />
        </div>
      </section>
    </FocusTrap>
  );
}
