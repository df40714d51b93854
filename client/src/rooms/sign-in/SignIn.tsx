import { Anchor, Button, Divider, SimpleGrid } from '@mantine/core';
import { IconBuilding, IconFingerprint, IconQrcode } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { session } from '~/api/session';
import { Hint } from '~/design/Notice';
import { Stage } from '~/design/Stage';
import { useValue } from '~/kernel/store';
import { EntrySteps, useStepWords } from './EntrySteps';
import { elsewhere, SignInModel, tenantOf } from './model';
import { PasswordForm } from './PasswordForm';
import { useAlreadyIn } from './useOnward';

export default function SignIn() {
  const { t } = useLingui();
  const [model] = useState(() => new SignInModel());
  const [tenant] = useState(() => tenantOf(location.search));
  const { data: options } = useQuery({ queryKey: ['sign-in-options', tenant], queryFn: () => model.options(tenant) });
  const ended = useValue(session, (each) => each.state === 'out' && each.because === 'ended');
  const busy = useValue(model.entry.state, (each) => each.busy);
  const words = useStepWords(model.entry);
  useAlreadyIn();
  useEffect(() => model.arrive(), [model]);
  return (
    <Stage
      title={words?.title ?? t`Sign in`}
      lead={words?.lead}
      foot={
        <>
          {options?.mail !== false && (
            <Anchor renderRoot={(props) => <Link to="/recover" {...props} />} fz="sm">
              <Trans>Forgot your password?</Trans>
            </Anchor>
          )}
          <Anchor renderRoot={(props) => <Link to="/about" {...props} />} fz="sm">
            <Trans>About</Trans>
          </Anchor>
        </>
      }
    >
      <EntrySteps entry={model.entry}>
        {ended && (
          <Hint>
            <Trans>You were signed out, here or from another device. Nothing of yours is left on this one.</Trans>
          </Hint>
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
            <Trans>Scan a code</Trans>
          </Button>
          {model.entry.passkeysHere && (
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
              component="a"
              href={elsewhere(slug)}
              variant="default"
              size="md"
              leftSection={<IconBuilding aria-hidden />}
            >
              <Trans>Sign in with {name}</Trans>
            </Button>
          ))}
        </SimpleGrid>
      </EntrySteps>
    </Stage>
  );
}
