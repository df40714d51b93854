import { Button, Loader, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { product } from '~/core/brand';
import { ErrorNotice } from '~/design/Notice';
import { AuthLayout } from '~/design/AuthLayout';
import { takeDeepLinkCode } from '~/core/deep-link';
import { useValue } from '~/core/store';
import { OtherSignInLink } from './CodeSignIn';
import { ConsentFields } from './ConsentFields';
import { isComplete, NO_CONSENT } from './consent';
import { LeaveButton } from './LeaveButton';
import { SignInSteps, useStepTexts } from './SignInSteps';
import { InvitationModel, type InvitationState } from './invitation';
import { NewPassword, EMPTY_PASSWORD, isUsable } from './NewPassword';
import { useRedirectAfterSignIn } from './useRedirect';

export default function Invitation() {
  const { t } = useLingui();
  const [model] = useState(() => new InvitationModel(takeDeepLinkCode('invitation')));
  const invitation = useValue(model.state);
  const texts = useStepTexts(model.flow);
  useRedirectAfterSignIn(model.flow);
  useEffect(() => {
    void model.load();
  }, [model]);
  if (invitation.status !== 'here') return <InvitationUnavailable model={model} invitation={invitation} />;
  const { name, organisation, email } = invitation;
  return (
    <AuthLayout
      title={texts?.title ?? t`Welcome, ${name}`}
      lead={texts?.lead ?? t`${organisation} has invited you to ${product}.`}
      footer={texts ? undefined : <OtherSignInLink />}
    >
      <SignInSteps flow={model.flow}>
        <Form model={model} email={email} known={[name, organisation, email]} />
      </SignInSteps>
    </AuthLayout>
  );
}

function Form({ model, email, known }: { model: InvitationModel; email: string; known: string[] }) {
  const busy = useValue(model.flow.state, (each) => each.busy);
  const versions = useValue(model.versions);
  const [chosen, setChosen] = useState(EMPTY_PASSWORD);
  const [consent, setConsent] = useState(NO_CONSENT);
  const ready = isComplete(consent) && isUsable(chosen);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void model.accept(chosen.password);
      }}
    >
      <Stack>
        <Text>
          <Trans>Your account is {email}. Choose a password:</Trans>
        </Text>
        {/* For password managers only. */}
        <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
        <NewPassword value={chosen} onChange={setChosen} known={known} />
        <ConsentFields value={consent} onChange={setConsent} versions={versions} />
        {consent.ofAge === 'no' ? (
          <LeaveButton flow={model.flow} />
        ) : (
          <Button type="submit" size="md" loading={busy} disabled={!ready}>
            <Trans>Get started</Trans>
          </Button>
        )}
      </Stack>
    </form>
  );
}

function InvitationUnavailable({ model, invitation }: { model: InvitationModel; invitation: InvitationState }) {
  const { t } = useLingui();
  if (invitation.status === 'looking') {
    return (
      <AuthLayout title={t`Your invitation`}>
        <Loader aria-label={t`Loading invitation`} />
      </AuthLayout>
    );
  }
  if (invitation.status === 'unknown') {
    return (
      <AuthLayout title={t`Your invitation`} footer={<OtherSignInLink />}>
        <ErrorNotice fault={invitation.fault} />
        <Button size="md" fullWidth onClick={() => void model.load()}>
          <Trans>Try again</Trans>
        </Button>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout
      title={invitation.status === 'over' ? t`Invitation expired` : t`No invitation`}
      footer={<OtherSignInLink />}
    >
      <Text>
        {invitation.status === 'over' ? (
          <Trans>
            Invitations are valid once, for seven days. If you have already accepted it, sign in. Otherwise request a
            new one.
          </Trans>
        ) : (
          <Trans>Open the link in your invitation again.</Trans>
        )}
      </Text>
    </AuthLayout>
  );
}
