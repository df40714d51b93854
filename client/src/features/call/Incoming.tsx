import { FocusTrap, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import {
  IconArrowForwardUp,
  IconMessage,
  IconPhone,
  IconPhoneOff,
  IconRecordMail,
  IconVideo,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';

import { lazy, Suspense, useState } from 'react';
import { useValue } from '~/core/store';
import { VerificationNote } from '~/features/call-verification';
import type { Call } from '~/sip';
import { CallerNote } from './CallerNote';
import { IncomingCard } from './IncomingCard';
import { IncomingLine, useAnswerLabel, useIncomingLabel } from './IncomingLine';
import { answerCall, initials } from './model';
import { ConnectedNotice } from './ConnectedNotice';
import { RoundButton } from './RoundButton';
import { loadForwardSheet, canForward } from './forward';
import { useMessageInstead } from './useMessageInstead';
import { useRemoteParty } from './useRemoteParty';
import { useTakesMessages } from './useTakesMessages';
import { useTitleAlert } from './useTitleAlert';
import css from './incoming.module.css';
import screenCss from './screen.module.css';
import remotePartyCss from './remote-party.module.css';

const ForwardSheet = lazy(loadForwardSheet);

/** Windows from this width show a card instead of taking the screen. */
export const CARD_QUERY = '(min-width: 56.25em)';

/** An incoming call: a card on the desktop; on the phone full screen, or above an active call. */
export function Incoming({ call, beside }: { call: Call; beside: boolean }) {
  const card = useMediaQuery(CARD_QUERY, false, { getInitialValueInEffect: false });
  useTitleAlert(useIncomingLabel(call));
  const [forwarding, setForwarding] = useState(false);
  const forward = canForward(call) ? () => setForwarding(true) : undefined;
  return (
    <>
      {card ? (
        <IncomingCard call={call} forward={forward} />
      ) : (
        <IncomingScreen call={call} beside={beside} forward={forward} covered={forwarding} />
      )}
      <Suspense>
        <ForwardSheet call={call} opened={forwarding} close={() => setForwarding(false)} />
      </Suspense>
    </>
  );
}

interface IncomingScreenProps {
  call: Call;
  beside: boolean;
  forward?: () => void;
  /** A sheet above it has the focus. */
  covered: boolean;
}

function IncomingScreen({ call, beside, forward, covered }: IncomingScreenProps) {
  const { title, number } = useRemoteParty(call);
  const label = useIncomingLabel(call);
  return (
    <FocusTrap active={!covered}>
      <section
        className={beside ? css.overlay : `${screenCss.screen} ${css.fullScreen}`}
        data-call={beside ? undefined : ''}
        data-overlay={beside || undefined}
        role="alertdialog"
        aria-modal
        aria-label={label}
      >
        <div className={remotePartyCss.remoteParty} data-ringing>
          {!beside && (
            <div className={remotePartyCss.avatar} aria-hidden>
              {initials(title) || '#'}
            </div>
          )}
          {/* Focus the title, not a button: typing must not answer the call. */}
          <h2 className={remotePartyCss.title} tabIndex={-1} data-autofocus>
            {title}
          </h2>
          <p className={remotePartyCss.state}>
            <IncomingLine call={call} />
          </p>
          {number && <p className={remotePartyCss.number}>{number}</p>}
          <CallerNote call={call} className={remotePartyCss.number} />
          <ConnectedNotice call={call} />
          <VerificationNote verification={call.verification} />
        </div>
        <Answers call={call} forward={forward} />
      </section>
    </FocusTrap>
  );
}

function Answers({ call, forward }: { call: Call; forward?: () => void }) {
  const { t } = useLingui();
  const video = useValue(call.state, (each) => each.offersVideo);
  const takesMessages = useTakesMessages();
  const message = useMessageInstead(call);
  return (
    <div className={css.answering} data-answers>
      <div className={css.answers}>
        <RoundButton
          large
          icon={IconPhone}
          kind="answer"
          label={useAnswerLabel(call)}
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
      <div className={css.others}>
        {message && (
          <UnstyledButton className={css.otherWay} onClick={message}>
            <IconMessage size={20} aria-hidden />
            <Trans>Message</Trans>
          </UnstyledButton>
        )}
        {takesMessages && (
          <UnstyledButton className={css.otherWay} onClick={() => call.decline()}>
            <IconRecordMail size={20} aria-hidden />
            <Trans>Voicemail</Trans>
          </UnstyledButton>
        )}
        {forward && (
          <UnstyledButton className={css.otherWay} aria-haspopup="dialog" onClick={forward}>
            <IconArrowForwardUp size={20} aria-hidden />
            <Trans>Forward</Trans>
          </UnstyledButton>
        )}
      </div>
    </div>
  );
}
