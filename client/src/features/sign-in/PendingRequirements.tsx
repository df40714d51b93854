import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { awaitsConsent, session } from '~/api/session';
import { AuthLayout } from '~/design/AuthLayout';
import { useValue } from '~/core/store';
import { ConsentStep } from './ConsentStep';
import { SignInFlow } from './sign-in-flow';
import { SignInSteps, useStepTexts } from './SignInSteps';

interface PendingRequirementsProps {
  /** Opens the dial pad, where the program has one: calls are possible meanwhile. */
  onCall?: () => void;
}

/** Shown to users who must still choose a password, or accept terms or policy; cancelling signs out. */
export default function PendingRequirements({ onCall }: PendingRequirementsProps) {
  const consent = useValue(session, awaitsConsent);
  return consent ? <ConsentStep onCall={onCall} /> : <MissingSteps />;
}

function MissingSteps() {
  const { t } = useLingui();
  const [flow] = useState(() => new SignInFlow());
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const step = useValue(flow.state, (each) => each.step);
  const texts = useStepTexts(flow);
  useEffect(() => {
    if (step === 'proof' && me) void flow.resume(me);
  }, [flow, step, me]);
  return (
    <AuthLayout title={texts?.title ?? t`Before you start`} lead={texts?.lead}>
      <SignInSteps flow={flow}>
        <Button size="md" fullWidth onClick={() => me && void flow.resume(me)}>
          <Trans>Try again</Trans>
        </Button>
      </SignInSteps>
    </AuthLayout>
  );
}
