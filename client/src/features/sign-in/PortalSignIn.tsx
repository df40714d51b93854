import { Anchor, Button, Divider } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { AuthLayout } from '~/design/AuthLayout';
import { useValue } from '~/core/store';
import { ForgotPassword } from './ForgotPassword';
import { SignInSteps, useStepTexts } from './SignInSteps';
import { SignInModel, tenantFromQuery } from './model';
import { PasswordForm } from './PasswordForm';
import { useRedirectIfSignedIn } from './useRedirect';
import { useSignInOptions } from './useSignInOptions';

/** The portal has no scanner: codes are scanned in the client, which shares its session with the portal. */
export default function PortalSignIn() {
  const { t } = useLingui();
  const [model] = useState(() => new SignInModel());
  const [tenant] = useState(() => tenantFromQuery(location.search));
  const options = useSignInOptions(tenant);
  const busy = useValue(model.flow.state, (each) => each.busy);
  const texts = useStepTexts(model.flow);
  useRedirectIfSignedIn();
  return (
    <AuthLayout
      title={texts?.title ?? t`Sign in to the portal`}
      lead={texts?.lead ?? t`For administrators.`}
      footer={
        <>
          <ForgotPassword mail={options?.mail}>
            <Anchor href="/app/recover" fz="sm">
              <Trans>Forgot your password?</Trans>
            </Anchor>
          </ForgotPassword>
          <Anchor href="/app/sign-in" fz="sm">
            <Trans>Other sign-in options</Trans>
          </Anchor>
        </>
      }
    >
      <SignInSteps flow={model.flow}>
        <PasswordForm model={model} tenant={tenant} />
        {model.flow.passkeysSupported && (
          <>
            <Divider label={t`or`} my="md" />
            <Button
              variant="default"
              size="md"
              fullWidth
              leftSection={<IconFingerprint aria-hidden />}
              disabled={busy}
              onClick={() => void model.byPasskey()}
            >
              <Trans>Use a passkey</Trans>
            </Button>
          </>
        )}
      </SignInSteps>
    </AuthLayout>
  );
}
