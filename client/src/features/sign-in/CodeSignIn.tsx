import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { IconQrcode } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { session, signOut } from '~/api/session';
import { InfoNotice } from '~/design/Notice';
import { AuthLayout } from '~/design/AuthLayout';
import { useValue } from '~/core/store';
import { CodeSignInModel, type CodeFailure } from './code-sign-in-model';
import { SignInSteps, useStepTexts } from './SignInSteps';
import { takePendingCode } from './pending-code';
import { useRedirectAfterSignIn } from './useRedirect';

/** Target of sign-in codes. Links need confirmation, because they may have been opened unintentionally. */
export default function CodeSignIn() {
  const { t } = useLingui();
  const [model] = useState(() => new CodeSignInModel(takePendingCode()));
  const [current, setCurrent] = useState(() => (session.state.state === 'in' ? session.state.me : undefined));
  const failure = useValue(model.failure, (each) => each.reason);
  const texts = useStepTexts(model.flow);
  useRedirectAfterSignIn(model.flow);
  useEffect(() => {
    if (model.confirmed && !current) void model.signIn('');
  }, [model, current]);
  if (failure) return <CodeUnavailable why={failure} />;
  return (
    <AuthLayout
      title={texts?.title ?? t`Sign in this device`}
      lead={texts?.lead}
      footer={texts ? undefined : <OtherSignInLink />}
    >
      <SignInSteps flow={model.flow}>
        {current ? (
          <SignOutFirst model={model} name={current.person?.name ?? ''} onSignedOut={() => setCurrent(undefined)} />
        ) : (
          <Confirm model={model} />
        )}
      </SignInSteps>
    </AuthLayout>
  );
}

function Confirm({ model }: { model: CodeSignInModel }) {
  const { t } = useLingui();
  const busy = useValue(model.flow.state, (each) => each.busy);
  const failed = useValue(model.flow.state, (each) => each.fault !== undefined);
  const [name, setName] = useState(model.suggestedName);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void model.signIn(name);
      }}
    >
      <Stack>
        <Text>
          <Trans>Continue only if you or your administrator has just created this code for you.</Trans>
        </Text>
        <TextInput
          label={t`Device name`}
          description={t`Shown in your list of devices.`}
          size="md"
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" size="md" loading={busy}>
          {failed ? <Trans>Try again</Trans> : <Trans>Sign in</Trans>}
        </Button>
      </Stack>
    </form>
  );
}

function SignOutFirst({ model, name, onSignedOut }: { model: CodeSignInModel; name: string; onSignedOut: () => void }) {
  const navigate = useNavigate();
  const signOutAndContinue = async () => {
    model.confirm();
    await signOut();
    onSignedOut();
    await navigate({ to: '/sign-in/code', replace: true });
  };
  return (
    <Stack>
      <InfoNotice>
        <Trans>
          {name} is signed in on this device. Continuing signs them out and removes their data from this device.
        </Trans>
      </InfoNotice>
      <Button size="md" onClick={() => void signOutAndContinue()}>
        <Trans>Sign out and continue</Trans>
      </Button>
      <Button size="md" variant="default" renderRoot={(props) => <Link to="/" {...props} />}>
        <Trans>Stay signed in</Trans>
      </Button>
    </Stack>
  );
}

function CodeUnavailable({ why }: { why: CodeFailure }) {
  const { t } = useLingui();
  const title = {
    used: t`Code already used on another device`,
    expired: t`Code expired`,
    none: t`No code`,
  }[why];
  return (
    <AuthLayout title={title} footer={<OtherSignInLink />}>
      <Stack>
        <Text>
          {why === 'used' && (
            <Trans>
              A code signs in one device only. The owner of the code has been notified of the second attempt. If both
              were not you, contact them.
            </Trans>
          )}
          {why === 'expired' && (
            <Trans>Codes are valid for two minutes. Request a new code and scan it while it is displayed.</Trans>
          )}
          {why === 'none' && <Trans>Scan a code or open the link again.</Trans>}
        </Text>
        <Button
          size="md"
          leftSection={<IconQrcode aria-hidden />}
          renderRoot={(props) => <Link to="/scan" {...props} />}
        >
          <Trans>Scan code</Trans>
        </Button>
      </Stack>
    </AuthLayout>
  );
}

/** Link to the sign-in with a password. */
export function OtherSignInLink() {
  return (
    <Anchor renderRoot={(props) => <Link to="/sign-in" {...props} />} fz="sm">
      <Trans>Other sign-in options</Trans>
    </Anchor>
  );
}
