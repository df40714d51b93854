import { Button, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { ErrorNotice } from '~/design/Notice';
import { AuthLayout } from '~/design/AuthLayout';
import { takeDeepLinkCode } from '~/core/deep-link';
import type { Language } from '~/core/language';
import { useValue } from '~/core/store';
import { OtherSignInLink } from './CodeSignIn';
import { EmailField } from './EmailField';
import { AskAdministrator } from './ForgotPassword';
import { SignInSteps, useStepTexts } from './SignInSteps';
import { tenantFromQuery } from './model';
import { NewPassword, EMPTY_PASSWORD, isUsable } from './NewPassword';
import { RecoverModel } from './recover';
import { useRedirectAfterSignIn } from './useRedirect';
import { useSignInOptions } from './useSignInOptions';

export default function Recover() {
  const { t } = useLingui();
  const [model] = useState(() => new RecoverModel(takeDeepLinkCode('recover')));
  const at = useValue(model.state, (each) => each.step);
  const noMail = useSignInOptions(tenantFromQuery(location.search))?.mail === false;
  const texts = useStepTexts(model.flow);
  useRedirectAfterSignIn(model.flow);
  const title = {
    ask: t`Reset your password`,
    asked: t`Check your e-mail`,
    finish: t`Set a new password`,
    over: t`Link expired`,
  }[at];
  const lead = at === 'ask' && !noMail ? t`We will send you a link to set a new password.` : undefined;
  return (
    <AuthLayout
      title={texts?.title ?? title}
      lead={texts?.lead ?? lead}
      footer={texts ? undefined : <OtherSignInLink />}
    >
      {at === 'ask' && (noMail ? <AskAdministrator /> : <RequestLink model={model} />)}
      {at === 'asked' && (
        <Text>
          <Trans>
            If an account with this address exists, we have sent you a link. It is valid for thirty minutes. If you do
            not receive it, check your spam folder or contact your administrator.
          </Trans>
        </Text>
      )}
      {at === 'over' && (
        <Stack>
          <Text>
            <Trans>Links are valid once, for thirty minutes.</Trans>
          </Text>
          <Button size="md" onClick={() => model.restart()}>
            <Trans>Request a new link</Trans>
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
  const { i18n } = useLingui();
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
        <EmailField value={email} onChange={setEmail} />
        <Button type="submit" size="md" loading={busy}>
          <Trans>Send link</Trans>
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
          <Trans>You will be signed out on all devices.</Trans>
        </Text>
        <NewPassword value={chosen} onChange={setChosen} />
        <Button type="submit" size="md" loading={busy} disabled={!isUsable(chosen)}>
          <Trans>Set password and sign in</Trans>
        </Button>
      </Stack>
    </form>
  );
}
