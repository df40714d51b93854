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
      title={texts?.title ?? t`Sign this device in`}
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
          <Trans>Go on only if you or your administrator showed this code for you just now.</Trans>
        </Text>
        <TextInput
          label={t`Name of this device`}
          description={t`As you will see it in your list of devices.`}
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
          {name} is signed in on this device. Going on signs them out here and takes what is kept here away.
        </Trans>
      </InfoNotice>
      <Button size="md" onClick={() => void signOutAndContinue()}>
        <Trans>Sign out and go on</Trans>
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
    used: t`This code was used by another device`,
    expired: t`This code is no longer valid`,
    none: t`There is no code here`,
  }[why];
  return (
    <AuthLayout title={title} footer={<OtherSignInLink />}>
      <Stack>
        <Text>
          {why === 'used' && (
            <Trans>
              A code signs in one device, the first that brings it. Its owner has been told that somebody came with it
              again. If that was not you twice, let them know.
            </Trans>
          )}
          {why === 'expired' && (
            <Trans>Codes work for two minutes. Have a new one shown, and scan it while it is on the screen.</Trans>
          )}
          {why === 'none' && <Trans>Scan one, or open the link that brought you here once more.</Trans>}
        </Text>
        <Button
          size="md"
          leftSection={<IconQrcode aria-hidden />}
          renderRoot={(props) => <Link to="/scan" {...props} />}
        >
          <Trans>Scan a code</Trans>
        </Button>
      </Stack>
    </AuthLayout>
  );
}

/** Link to the sign-in with a password. */
export function OtherSignInLink() {
  return (
    <Anchor renderRoot={(props) => <Link to="/sign-in" {...props} />} fz="sm">
      <Trans>Sign in another way</Trans>
    </Anchor>
  );
}
