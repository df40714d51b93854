import { Button, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Fault } from '~/design/Notice';
import { Stage } from '~/design/Stage';
import { takeArrival } from '~/kernel/arrival';
import type { Language } from '~/kernel/language';
import { useValue } from '~/kernel/store';
import { OtherWay } from './ByCode';
import { EntrySteps, useStepWords } from './EntrySteps';
import { tenantOf } from './model';
import { NewPassword, NONE, usable } from './NewPassword';
import { RecoverModel } from './recover';
import { useOnward } from './useOnward';

export default function Recover() {
  const { t } = useLingui();
  const [model] = useState(() => new RecoverModel(takeArrival('recover')));
  const at = useValue(model.state, (each) => each.at);
  const words = useStepWords(model.entry);
  useOnward(model.entry);
  const title = {
    ask: t`The way back in`,
    asked: t`Look into your mail`,
    finish: t`A new password`,
    over: t`This link is no longer valid`,
  }[at];
  const lead = at === 'ask' ? t`A link to set a new password comes by e-mail.` : undefined;
  return (
    <Stage title={words?.title ?? title} lead={words?.lead ?? lead} foot={words ? undefined : <OtherWay />}>
      {at === 'ask' && <Ask model={model} />}
      {at === 'asked' && (
        <Text>
          <Trans>
            If there is an account with this address, a link is on its way. It works for thirty minutes. Nothing came?
            Look into the folder for unwanted mail, or ask your administrator.
          </Trans>
        </Text>
      )}
      {at === 'over' && (
        <Stack>
          <Text>
            <Trans>Links work once, for thirty minutes.</Trans>
          </Text>
          <Button size="md" onClick={() => model.askAgain()}>
            <Trans>Ask for another</Trans>
          </Button>
        </Stack>
      )}
      {at === 'finish' && (
        <EntrySteps entry={model.entry}>
          <Finish model={model} />
        </EntrySteps>
      )}
    </Stage>
  );
}

function Ask({ model }: { model: RecoverModel }) {
  const { t, i18n } = useLingui();
  const { busy, fault } = useValue(model.state);
  const [email, setEmail] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void model.ask(email, i18n.locale as Language, tenantOf(location.search));
      }}
    >
      <Stack>
        <Fault fault={fault} />
        <TextInput
          type="email"
          label={t`E-mail`}
          autoComplete="username"
          autoCapitalize="off"
          spellCheck={false}
          size="md"
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Button type="submit" size="md" loading={busy}>
          <Trans>Send me a link</Trans>
        </Button>
      </Stack>
    </form>
  );
}

function Finish({ model }: { model: RecoverModel }) {
  const busy = useValue(model.entry.state, (each) => each.busy);
  const [chosen, setChosen] = useState(NONE);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void model.finish(chosen.password);
      }}
    >
      <Stack>
        <Text>
          <Trans>Every device that is signed in now will be signed out.</Trans>
        </Text>
        <NewPassword value={chosen} onChange={setChosen} />
        <Button type="submit" size="md" loading={busy} disabled={!usable(chosen)}>
          <Trans>Set it and sign in</Trans>
        </Button>
      </Stack>
    </form>
  );
}
