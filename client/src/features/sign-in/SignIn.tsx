import { Anchor, Button, Divider, SimpleGrid } from '@mantine/core';
import { IconBuilding, IconFingerprint, IconQrcode } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { session } from '~/api/session';
import { InfoNotice } from '~/design/Notice';
import { AuthLayout } from '~/design/AuthLayout';
import { useValue } from '~/core/store';
import { ForgotPassword } from './ForgotPassword';
import { SignInSteps, useStepTexts } from './SignInSteps';
import { SignInModel, tenantFromQuery } from './model';
import { PasswordForm } from './PasswordForm';
import { useRedirectIfSignedIn } from './useRedirect';
import { useSignInOptions } from './useSignInOptions';

export default function SignIn() {
  const { t } = useLingui();
  const [model] = useState(() => new SignInModel());
  const [tenant] = useState(() => tenantFromQuery(location.search));
  const options = useSignInOptions(tenant);
  const ended = useValue(session, (each) => each.state === 'out' && each.because === 'ended');
  const busy = useValue(model.flow.state, (each) => each.busy);
  const texts = useStepTexts(model.flow);
  useRedirectIfSignedIn();
  useEffect(() => model.handleProviderReturn(), [model]);
  return (
    <AuthLayout
      title={texts?.title ?? t`Sign in`}
      lead={texts?.lead}
      footer={
        <>
          <ForgotPassword mail={options?.mail}>
            <Anchor renderRoot={(props) => <Link to="/recover" {...props} />} fz="sm">
              <Trans>Forgot your password?</Trans>
            </Anchor>
          </ForgotPassword>
          <Anchor renderRoot={(props) => <Link to="/about" {...props} />} fz="sm">
            <Trans>About</Trans>
          </Anchor>
        </>
      }
    >
      <SignInSteps flow={model.flow}>
        {ended && (
          <InfoNotice>
            <Trans>
              You have been signed out, here or on another device. Your data has been removed from this device.
            </Trans>
          </InfoNotice>
        )}
        <PasswordForm model={model} tenant={tenant} />
        <Divider label={t`or`} my="md" />
        <SimpleGrid cols={1} spacing="sm">
          <Button
            renderRoot={(props) => <Link to="/scan" {...props} />}
            variant="light"
            size="md"
            leftSection={<IconQrcode aria-hidden />}
          >
            <Trans>Scan code</Trans>
          </Button>
          {model.flow.passkeysSupported && (
            <Button
              variant="default"
              size="md"
              leftSection={<IconFingerprint aria-hidden />}
              disabled={busy}
              onClick={() => void model.byPasskey()}
            >
              <Trans>Use a passkey</Trans>
            </Button>
          )}
          {options?.single_sign_on.map(({ slug, name }) => (
            <Button
              key={slug}
              onClick={() => void model.byProvider(slug)}
              disabled={busy}
              variant="default"
              size="md"
              leftSection={<IconBuilding aria-hidden />}
            >
              <Trans>Sign in with {name}</Trans>
            </Button>
          ))}
        </SimpleGrid>
      </SignInSteps>
    </AuthLayout>
  );
}
