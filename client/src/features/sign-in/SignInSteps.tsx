import { Button, Stack, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Suspense, useState, type FormEvent, type ReactNode } from 'react';
import { ErrorNotice } from '~/design/Notice';
import { PasswordField } from '~/design/PasswordField';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { lazyPart } from '~/core/lazy-part';
import { useValue } from '~/core/store';
import { ConsentFields } from './ConsentFields';
import { isComplete, NO_CONSENT } from './consent';
import { LeaveButton } from './LeaveButton';
import type { SignInFlow } from './sign-in-flow';
import { NewPassword, EMPTY_PASSWORD, isUsable } from './NewPassword';

/** Few people see it: it is not in the script of the sign-in. */
const Suspended = lazyPart(() => import('./Suspended'));

function onSubmit(work: () => Promise<void>) {
  return (event: FormEvent) => {
    event.preventDefault();
    void work();
  };
}

/** The steps after the first credential until sign-in is complete. `children` render the first step. */
export function SignInSteps({ flow, children }: { flow: SignInFlow; children?: ReactNode }) {
  const step = useValue(flow.state, (each) => each.step);
  const fault = useValue(flow.state, (each) => each.fault);
  return (
    <>
      <ErrorNotice fault={fault} />
      {step === 'proof' && children}
      {step === 'second' && <SecondFactor flow={flow} />}
      {step === 'password' && <OwnPassword flow={flow} />}
      {step === 'accept' && <Accept flow={flow} />}
      {step === 'suspended' && (
        <Suspense fallback={<SkeletonBlock height={120} />}>
          <Suspended flow={flow} />
        </Suspense>
      )}
      {step === 'refused' && (
        <Button size="md" fullWidth variant="default" onClick={() => void flow.reset()}>
          <Trans>Back</Trans>
        </Button>
      )}
    </>
  );
}

/** Title and lead of a step; undefined while the page's own first step is shown. */
export function useStepTexts(flow: SignInFlow): { title: string; lead: string } | undefined {
  const { t } = useLingui();
  const step = useValue(flow.state, (each) => each.step);
  switch (step) {
    case 'second':
      return { title: t`Two-step verification`, lead: t`Your account is protected by a second factor.` };
    case 'password':
      return { title: t`Choose a password`, lead: t`Your one-time password can be used only once.` };
    case 'accept':
      return { title: t`Before you start`, lead: t`You will be asked again only if the terms change.` };
    case 'refused':
      return { title: t`You must be 18 or older`, lead: t`You have been signed out. Your answer has not been stored.` };
    case 'suspended':
      return {
        title: t`Suspended`,
        lead: t`You cannot sign in at the moment. Telephones still reach emergency numbers.`,
      };
    default:
      return undefined;
  }
}

function SecondFactor({ flow }: { flow: SignInFlow }) {
  const { t } = useLingui();
  const busy = useValue(flow.state, (each) => each.busy);
  const kinds = useValue(flow.state, (each) => each.second?.kinds ?? []);
  const [recovery, setRecovery] = useState(!kinds.includes('totp') && !kinds.includes('passkey'));
  const [code, setCode] = useState('');
  const handleChange = (text: string) => {
    setCode(text);
    if (!recovery && /^\d{6}$/.test(text.replaceAll(' ', ''))) void flow.proveCode(text);
  };
  return (
    <Stack>
      {kinds.includes('passkey') && !recovery && flow.passkeysSupported && (
        <Button
          size="md"
          leftSection={<IconFingerprint aria-hidden />}
          loading={busy}
          onClick={() => void flow.provePasskey()}
        >
          <Trans>Use a passkey</Trans>
        </Button>
      )}
      {(recovery || kinds.includes('totp')) && (
        <form onSubmit={onSubmit(() => (recovery ? flow.proveRecoveryCode(code) : flow.proveCode(code)))}>
          <Stack gap="sm">
            <TextInput
              key={recovery ? 'recovery' : 'totp'}
              label={recovery ? t`Recovery code` : t`Code from your authenticator app`}
              description={recovery ? t`One of your ten recovery codes. Each code works once.` : undefined}
              inputMode={recovery ? 'text' : 'numeric'}
              autoComplete={recovery ? 'off' : 'one-time-code'}
              autoCapitalize="off"
              spellCheck={false}
              size="md"
              required
              withAsterisk={false}
              data-autofocus
              autoFocus
              value={code}
              onChange={(event) => handleChange(event.currentTarget.value)}
            />
            <Button type="submit" size="md" loading={busy}>
              <Trans>Continue</Trans>
            </Button>
          </Stack>
        </form>
      )}
      {kinds.includes('recovery_code') && (
        <Button
          variant="subtle"
          size="md"
          onClick={() => {
            setCode('');
            setRecovery(!recovery);
          }}
        >
          {recovery ? <Trans>Use another method</Trans> : <Trans>Use a recovery code</Trans>}
        </Button>
      )}
      <Button variant="default" size="md" onClick={() => void flow.reset()}>
        <Trans>Start over</Trans>
      </Button>
    </Stack>
  );
}

function OwnPassword({ flow }: { flow: SignInFlow }) {
  const busy = useValue(flow.state, (each) => each.busy);
  const { t } = useLingui();
  const [chosen, setChosen] = useState(EMPTY_PASSWORD);
  const [oneTimePassword, setOneTimePassword] = useState('');
  const needsOneTimePassword = !flow.passwordKnown;
  return (
    <form
      onSubmit={onSubmit(() => flow.setPassword(chosen.password, needsOneTimePassword ? oneTimePassword : undefined))}
    >
      <Stack>
        {needsOneTimePassword && (
          <PasswordField
            label={t`One-time password`}
            value={oneTimePassword}
            onChange={(event) => setOneTimePassword(event.currentTarget.value)}
          />
        )}
        <NewPassword value={chosen} onChange={setChosen} />
        <Button
          type="submit"
          size="md"
          loading={busy}
          disabled={!isUsable(chosen) || (needsOneTimePassword && !oneTimePassword)}
        >
          <Trans>Continue</Trans>
        </Button>
        <Button variant="default" size="md" onClick={() => void flow.reset()}>
          <Trans>Sign out</Trans>
        </Button>
      </Stack>
    </form>
  );
}

function Accept({ flow }: { flow: SignInFlow }) {
  const busy = useValue(flow.state, (each) => each.busy);
  const options = useValue(flow.state, (each) => each.options);
  const [consent, setConsent] = useState(NO_CONSENT);
  return (
    <form onSubmit={onSubmit(() => flow.accept())}>
      <Stack>
        <ConsentFields value={consent} onChange={setConsent} versions={options} />
        {consent.ofAge === 'no' ? (
          <LeaveButton flow={flow} />
        ) : (
          <>
            <Button type="submit" size="md" loading={busy} disabled={!isComplete(consent)}>
              <Trans>Continue</Trans>
            </Button>
            <Button variant="default" size="md" onClick={() => void flow.reset()}>
              <Trans>Sign out</Trans>
            </Button>
          </>
        )}
      </Stack>
    </form>
  );
}
