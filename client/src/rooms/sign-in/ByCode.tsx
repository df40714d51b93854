import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { IconQrcode } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { session, signOut } from '~/api/session';
import { Hint } from '~/design/Notice';
import { Stage } from '~/design/Stage';
import { useValue } from '~/kernel/store';
import { ByCodeModel, type DeadEnd } from './by-code';
import { EntrySteps, useStepWords } from './EntrySteps';
import { heldOrArrived } from './held';
import { useOnward } from './useOnward';

/** Where a scanned code leads: one tap, because a link may have been followed unawares. */
export default function ByCode() {
  const { t } = useLingui();
  const [model] = useState(() => new ByCodeModel(heldOrArrived()));
  const [before, setBefore] = useState(() => (session.state.state === 'in' ? session.state.me : undefined));
  const end = useValue(model.end, (each) => each.why);
  const words = useStepWords(model.entry);
  useOnward(model.entry);
  useEffect(() => {
    if (model.meant && !before) void model.signIn('');
  }, [model, before]);
  if (end) return <NoWay why={end} />;
  return (
    <Stage title={words?.title ?? t`Sign this device in`} lead={words?.lead} foot={words ? undefined : <OtherWay />}>
      <EntrySteps entry={model.entry}>
        {before ? (
          <Leave model={model} name={before.person?.name ?? ''} gone={() => setBefore(undefined)} />
        ) : (
          <Confirm model={model} />
        )}
      </EntrySteps>
    </Stage>
  );
}

function Confirm({ model }: { model: ByCodeModel }) {
  const { t } = useLingui();
  const busy = useValue(model.entry.state, (each) => each.busy);
  const failed = useValue(model.entry.state, (each) => each.fault !== undefined);
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

function Leave({ model, name, gone }: { model: ByCodeModel; name: string; gone: () => void }) {
  const navigate = useNavigate();
  const go = async () => {
    model.keep();
    await signOut();
    gone();
    await navigate({ to: '/sign-in/code', replace: true });
  };
  return (
    <Stack>
      <Hint>
        <Trans>
          {name} is signed in on this device. Going on signs them out here and takes what is kept here away.
        </Trans>
      </Hint>
      <Button size="md" onClick={() => void go()}>
        <Trans>Sign out and go on</Trans>
      </Button>
      <Button size="md" variant="default" renderRoot={(props) => <Link to="/" {...props} />}>
        <Trans>Stay signed in</Trans>
      </Button>
    </Stack>
  );
}

function NoWay({ why }: { why: DeadEnd }) {
  const { t } = useLingui();
  const title = {
    used: t`This code was used by another device`,
    expired: t`This code is no longer valid`,
    none: t`There is no code here`,
  }[why];
  return (
    <Stage title={title} foot={<OtherWay />}>
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
    </Stage>
  );
}

/** To the sign-in with a password. */
export function OtherWay() {
  return (
    <Anchor renderRoot={(props) => <Link to="/sign-in" {...props} />} fz="sm">
      <Trans>Sign in another way</Trans>
    </Anchor>
  );
}
