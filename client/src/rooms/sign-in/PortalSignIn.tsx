import { Anchor, Button, Divider } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Stage } from '~/design/Stage';
import { useValue } from '~/kernel/store';
import { EntrySteps, useStepWords } from './EntrySteps';
import { SignInModel, tenantOf } from './model';
import { PasswordForm } from './PasswordForm';
import { useAlreadyIn } from './useOnward';

/** The portal has no camera screen of its own: who wants to scan a code does so in the client, and is then in here too. */
export default function PortalSignIn() {
  const { t } = useLingui();
  const [model] = useState(() => new SignInModel());
  const [tenant] = useState(() => tenantOf(location.search));
  const busy = useValue(model.entry.state, (each) => each.busy);
  const words = useStepWords(model.entry);
  useAlreadyIn();
  return (
    <Stage
      title={words?.title ?? t`Sign in to the portal`}
      lead={words?.lead ?? t`For those who look after the telephones of an organisation.`}
      foot={
        <>
          <Anchor href="/app/recover" fz="sm">
            <Trans>Forgot your password?</Trans>
          </Anchor>
          <Anchor href="/app/sign-in" fz="sm">
            <Trans>Other ways to sign in</Trans>
          </Anchor>
        </>
      }
    >
      <EntrySteps entry={model.entry}>
        <PasswordForm model={model} tenant={tenant} />
        {model.entry.passkeysHere && (
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
      </EntrySteps>
    </Stage>
  );
}
