import { UnstyledButton } from '@mantine/core';
import { IconPhone, IconPhoneOff, IconVideo } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import { Avatar } from '~/design/Avatar';

import { useValue } from '~/core/store';
import { VerificationNote } from '~/features/call-verification';
import type { Call } from '~/sip';
import { CallerNote } from './CallerNote';
import { ConnectedNotice } from './ConnectedNotice';
import { IncomingLine, useAnswerLabel, useIncomingLabel } from './IncomingLine';
import { answerCall } from './model';
import type { OtherWay } from './useOtherWays';
import { useRemoteParty } from './useRemoteParty';
import css from './incoming-card.module.css';

/** An incoming call on the desktop: the window stays usable, and what is being typed goes on. */
export function IncomingCard({ call, options }: { call: Call; options: OtherWay[] }) {
  const { t } = useLingui();
  const video = useValue(call.state, (each) => each.offersVideo);
  const { title } = useRemoteParty(call);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The title, not a button: typing must not answer the call.
    if (!document.activeElement?.matches('input, textarea, [contenteditable]')) heading.current?.focus();
  }, []);
  return (
    <section className={css.card} role="alertdialog" aria-label={useIncomingLabel(call)}>
      <Avatar name={title} of={call.number} size={40} />
      <div className={css.party}>
        <h2 ref={heading} className={css.title} tabIndex={-1}>
          {title}
        </h2>
        <p className={css.line}>
          <IncomingLine call={call} />
        </p>
        <CallerNote call={call} className={css.line} />
        <ConnectedNotice call={call} />
        <VerificationNote verification={call.verification} />
      </div>
      <div className={css.buttons}>
        <UnstyledButton className={css.answer} aria-label={useAnswerLabel(call)} onClick={() => void answerCall(call)}>
          <IconPhone size={20} aria-hidden />
          {call.invitation ? <Trans>Join</Trans> : <Trans>Answer</Trans>}
        </UnstyledButton>
        {video && (
          <UnstyledButton
            className={css.answer}
            data-icon
            aria-label={t`With video`}
            title={t`With video`}
            onClick={() => void answerCall(call, true)}
          >
            <IconVideo size={20} aria-hidden />
          </UnstyledButton>
        )}
        <UnstyledButton className={css.decline} onClick={() => call.decline()}>
          <IconPhoneOff size={20} aria-hidden />
          <Trans>Decline</Trans>
        </UnstyledButton>
      </div>
      {options.length > 0 && (
        <div className={css.others}>
          {options.map(({ icon: Icon, label, run, dialog }) => (
            <UnstyledButton
              key={label}
              className={css.otherWay}
              aria-haspopup={dialog ? 'dialog' : undefined}
              onClick={run}
            >
              <Icon size={18} aria-hidden />
              {label}
            </UnstyledButton>
          ))}
        </div>
      )}
    </section>
  );
}
