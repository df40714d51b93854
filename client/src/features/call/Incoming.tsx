import { FocusTrap, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconPhone, IconPhoneOff, IconVideo } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';

import { Suspense, useState } from 'react';
import { lazyPart } from '~/core/lazy-part';
import { useValue } from '~/core/store';
import { VerificationNote } from '~/features/call-verification';
import type { Call } from '~/sip';
import { CallerNote } from './CallerNote';
import { IncomingCard } from './IncomingCard';
import { IncomingLine, useAnswerLabel, useIncomingLabel } from './IncomingLine';
import { answerCall } from './model';
import { ConnectedNotice } from './ConnectedNotice';
import { PartyAvatar } from './PartyAvatar';
import { RoundButton } from './RoundButton';
import { loadForwardSheet, loadReplySheet, type IncomingSheet } from './other-ways';
import { useOtherWays, type OtherWay } from './useOtherWays';
import { useRemoteParty } from './useRemoteParty';
import { useTitleAlert } from './useTitleAlert';
import css from './incoming.module.css';
import screenCss from './screen.module.css';
import remotePartyCss from './remote-party.module.css';

const ForwardSheet = lazyPart(loadForwardSheet);
const ReplySheet = lazyPart(loadReplySheet);

/** Windows from this width show a card instead of taking the screen. */
export const CARD_QUERY = '(min-width: 56.25em)';

/** An incoming call: a card on the desktop; on the phone full screen, or above an active call. */
export function Incoming({ call, beside }: { call: Call; beside: boolean }) {
  const card = useMediaQuery(CARD_QUERY, false, { getInitialValueInEffect: false });
  useTitleAlert(useIncomingLabel(call));
  const [sheet, setSheet] = useState<IncomingSheet>();
  const options = useOtherWays(call, setSheet);
  const close = () => setSheet(undefined);
  return (
    <>
      {card ? (
        <IncomingCard call={call} options={options} />
      ) : (
        <IncomingScreen call={call} beside={beside} options={options} covered={sheet !== undefined} />
      )}
      <Suspense>
        <ForwardSheet call={call} opened={sheet === 'forward'} close={close} />
        <ReplySheet call={call} kind={sheet === 'forward' ? undefined : sheet} close={close} />
      </Suspense>
    </>
  );
}

interface IncomingScreenProps {
  call: Call;
  beside: boolean;
  options: OtherWay[];
  /** A sheet above it has the focus. */
  covered: boolean;
}

function IncomingScreen({ call, beside, options, covered }: IncomingScreenProps) {
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
          {!beside && <PartyAvatar title={title} number={call.number} />}
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
        <Answers call={call} options={options} />
      </section>
    </FocusTrap>
  );
}

function Answers({ call, options }: { call: Call; options: OtherWay[] }) {
  const { t } = useLingui();
  const video = useValue(call.state, (each) => each.offersVideo);
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
        {options.map(({ icon: Icon, label, run, dialog }) => (
          <UnstyledButton
            key={label}
            className={css.otherWay}
            aria-haspopup={dialog ? 'dialog' : undefined}
            onClick={run}
          >
            <Icon size={20} aria-hidden />
            {label}
          </UnstyledButton>
        ))}
      </div>
    </div>
  );
}
