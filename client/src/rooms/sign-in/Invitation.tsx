import { Button, Loader, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { Fault } from '~/design/Notice';
import { Stage } from '~/design/Stage';
import { takeArrival } from '~/kernel/arrival';
import { useValue } from '~/kernel/store';
import { OtherWay } from './ByCode';
import { ConsentFields } from './ConsentFields';
import { complete, UNSAID } from './consent';
import { EntrySteps, useStepWords } from './EntrySteps';
import { InvitationModel, type Invited } from './invitation';
import { NewPassword, NONE, usable } from './NewPassword';
import { useOnward } from './useOnward';

export default function Invitation() {
  const { t } = useLingui();
  const [model] = useState(() => new InvitationModel(takeArrival('invitation')));
  const invited = useValue(model.invited);
  const words = useStepWords(model.entry);
  useOnward(model.entry);
  useEffect(() => {
    void model.look();
  }, [model]);
  if (invited.is !== 'here') return <NotHere model={model} invited={invited} />;
  const { name, organisation, email } = invited;
  return (
    <Stage
      title={words?.title ?? t`Welcome, ${name}`}
      lead={words?.lead ?? t`${organisation} invites you to telephone with UnifiCX.`}
      foot={words ? undefined : <OtherWay />}
    >
      <EntrySteps entry={model.entry}>
        <Form model={model} email={email} known={[name, organisation, email]} />
      </EntrySteps>
    </Stage>
  );
}

function Form({ model, email, known }: { model: InvitationModel; email: string; known: string[] }) {
  const busy = useValue(model.entry.state, (each) => each.busy);
  const versions = useValue(model.versions);
  const [chosen, setChosen] = useState(NONE);
  const [consent, setConsent] = useState(UNSAID);
  const ready = complete(consent) && (consent.ofAge === 'no' || usable(chosen));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void model.accept(chosen.password, consent.ofAge === 'yes');
      }}
    >
      <Stack>
        <Text>
          <Trans>You sign in as {email}. Choose a password:</Trans>
        </Text>
        {/* Told to password managers alone. */}
        <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
        <NewPassword value={chosen} onChange={setChosen} known={known} />
        <ConsentFields value={consent} onChange={setConsent} versions={versions} />
        <Button type="submit" size="md" loading={busy} disabled={!ready}>
          <Trans>Begin</Trans>
        </Button>
      </Stack>
    </form>
  );
}

function NotHere({ model, invited }: { model: InvitationModel; invited: Invited }) {
  const { t } = useLingui();
  if (invited.is === 'looking') {
    return (
      <Stage title={t`Your invitation`}>
        <Loader aria-label={t`It is being looked up`} />
      </Stage>
    );
  }
  if (invited.is === 'unknown') {
    return (
      <Stage title={t`Your invitation`} foot={<OtherWay />}>
        <Fault fault={invited.fault} />
        <Button size="md" fullWidth onClick={() => void model.look()}>
          <Trans>Try again</Trans>
        </Button>
      </Stage>
    );
  }
  return (
    <Stage
      title={invited.is === 'over' ? t`This invitation is over` : t`There is no invitation here`}
      foot={<OtherWay />}
    >
      <Text>
        {invited.is === 'over' ? (
          <Trans>It works once, for seven days. If you accepted it already, sign in; else ask for a new one.</Trans>
        ) : (
          <Trans>Open the link in your invitation once more.</Trans>
        )}
      </Text>
    </Stage>
  );
}
