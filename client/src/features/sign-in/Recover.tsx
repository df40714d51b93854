import { Button, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { ErrorNotice } from '~/design/Notice';
import { AuthLayout } from '~/design/AuthLayout';
import { takeDeepLinkCode } from '~/core/deep-link';
import type { Language } from '~/core/language';
import { useValue } from '~/core/store';
import { OtherSignInLink } from './CodeSignIn';
import { SignInSteps, useStepTexts } from './SignInSteps';
import { tenantFromQuery } from './model';
import { NewPassword, EMPTY_PASSWORD, isUsable } from './NewPassword';
import { RecoverModel } from './recover';
import { useRedirectAfterSignIn } from './useRedirect';

export default function Recover() {
  const { t } = useLingui();
  const [model] = useState(() => new RecoverModel(takeDeepLinkCode('recover')));
  const at = useValue(model.state, (each) => each.step);
  const texts = useStepTexts(model.flow);
  useRedirectAfterSignIn(model.flow);
  const title = {
    ask: t`The way back in`,
    asked: t`Look into your mail`,
    finish: t`A new password`,
    over: t`This link is no longer valid`,
  }[at];
  const lead = at === 'ask' ? t`A link to set a new password comes by e-mail.` : undefined;
  return (
    <AuthLayout
      title={texts?.title ?? title}
      lead={texts?.lead ?? lead}
      footer={texts ? undefined : <OtherSignInLink />}
    >
      {at === 'ask' && <RequestLink model={model} />}
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
          <Button size="md" onClick={() => model.restart()}>
            <Trans>Ask for another</Trans>
          </Button>
        </Stack>
      )}
      {at === 'finish' && (
        <SignInSteps flow={model.flow}>
          <SetPassword model={model} />
        </SignInSteps>
      )}
    </AuthLayout>
  );
}

function RequestLink({ model }: { model: RecoverModel }) {
  const { t, i18n } = useLingui();
  const { busy, fault } = useValue(model.state);
  const [email, setEmail] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void model.requestLink(email, i18n.locale as Language, tenantFromQuery(location.search));
      }}
    >
      <Stack>
        <ErrorNotice fault={fault} />
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

function SetPassword({ model }: { model: RecoverModel }) {
  const busy = useValue(model.flow.state, (each) => each.busy);
  const [chosen, setChosen] = useState(EMPTY_PASSWORD);
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
        <Button type="submit" size="md" loading={busy} disabled={!isUsable(chosen)}>
          <Trans>Set it and sign in</Trans>
        </Button>
      </Stack>
    </form>
  );
}
