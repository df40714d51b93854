import { Button, Stack, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent, type ReactNode } from 'react';
import { Fault } from '~/design/Notice';
import { Password } from '~/design/Password';
import { useValue } from '~/kernel/store';
import { ConsentFields } from './ConsentFields';
import { complete, UNSAID } from './consent';
import type { Entry } from './entry';
import { NewPassword, NONE, usable } from './NewPassword';

function submit(work: () => Promise<void>) {
  return (event: FormEvent) => {
    event.preventDefault();
    void work();
  };
}

/** What follows a proof, until somebody is in. `children` are the proof itself. */
export function EntrySteps({ entry, children }: { entry: Entry; children?: ReactNode }) {
  const step = useValue(entry.state, (each) => each.step);
  const fault = useValue(entry.state, (each) => each.fault);
  return (
    <>
      <Fault fault={fault} />
      {step === 'proof' && children}
      {step === 'second' && <Second entry={entry} />}
      {step === 'password' && <OwnPassword entry={entry} />}
      {step === 'accept' && <Accept entry={entry} />}
      {step === 'refused' && (
        <Button size="md" fullWidth variant="default" onClick={() => void entry.giveUp()}>
          <Trans>Back</Trans>
        </Button>
      )}
    </>
  );
}

/** The page's title and lead for a step; undefined while the page's own proof is shown. */
export function useStepWords(entry: Entry): { title: string; lead: string } | undefined {
  const { t } = useLingui();
  const step = useValue(entry.state, (each) => each.step);
  switch (step) {
    case 'second':
      return { title: t`One more proof`, lead: t`Your account is protected by a second factor.` };
    case 'password':
      return { title: t`A password of your own`, lead: t`The one you came in with works only once.` };
    case 'accept':
      return { title: t`Before you begin`, lead: t`This is asked once, and again when the texts change.` };
    case 'refused':
      return { title: t`UnifiCX is for adults only`, lead: t`You are signed out. Nothing but your answer is kept.` };
    default:
      return undefined;
  }
}

function Second({ entry }: { entry: Entry }) {
  const { t } = useLingui();
  const busy = useValue(entry.state, (each) => each.busy);
  const kinds = useValue(entry.state, (each) => each.second?.kinds ?? []);
  const [recovery, setRecovery] = useState(!kinds.includes('totp') && !kinds.includes('passkey'));
  const [code, setCode] = useState('');
  const change = (text: string) => {
    setCode(text);
    if (!recovery && /^\d{6}$/.test(text.replaceAll(' ', ''))) void entry.proveCode(text);
  };
  return (
    <Stack>
      {kinds.includes('passkey') && !recovery && entry.passkeysHere && (
        <Button
          size="md"
          leftSection={<IconFingerprint aria-hidden />}
          loading={busy}
          onClick={() => void entry.provePasskey()}
        >
          <Trans>Use a passkey</Trans>
        </Button>
      )}
      {(recovery || kinds.includes('totp')) && (
        <form onSubmit={submit(() => (recovery ? entry.proveRecoveryCode(code) : entry.proveCode(code)))}>
          <Stack gap="sm">
            <TextInput
              key={recovery ? 'recovery' : 'totp'}
              label={recovery ? t`Recovery code` : t`Code from your authenticator app`}
              description={recovery ? t`One of the ten codes you wrote down. Each works once.` : undefined}
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
              onChange={(event) => change(event.currentTarget.value)}
            />
            <Button type="submit" size="md" loading={busy}>
              <Trans>Go on</Trans>
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
          {recovery ? <Trans>I have my other device after all</Trans> : <Trans>Use a recovery code instead</Trans>}
        </Button>
      )}
      <Button variant="default" size="md" onClick={() => void entry.giveUp()}>
        <Trans>Start again</Trans>
      </Button>
    </Stack>
  );
}

function OwnPassword({ entry }: { entry: Entry }) {
  const busy = useValue(entry.state, (each) => each.busy);
  const { t } = useLingui();
  const [chosen, setChosen] = useState(NONE);
  const [once, setOnce] = useState('');
  const asks = !entry.knowsPassword;
  return (
    <form onSubmit={submit(() => entry.setPassword(chosen.password, asks ? once : undefined))}>
      <Stack>
        {asks && (
          <Password
            label={t`The one-time password you were given`}
            value={once}
            onChange={(event) => setOnce(event.currentTarget.value)}
          />
        )}
        <NewPassword value={chosen} onChange={setChosen} />
        <Button type="submit" size="md" loading={busy} disabled={!usable(chosen) || (asks && !once)}>
          <Trans>Go on</Trans>
        </Button>
        <Button variant="default" size="md" onClick={() => void entry.giveUp()}>
          <Trans>Sign out</Trans>
        </Button>
      </Stack>
    </form>
  );
}

function Accept({ entry }: { entry: Entry }) {
  const busy = useValue(entry.state, (each) => each.busy);
  const options = useValue(entry.state, (each) => each.options);
  const [consent, setConsent] = useState(UNSAID);
  return (
    <form onSubmit={submit(() => entry.accept(consent.ofAge === 'yes'))}>
      <Stack>
        <ConsentFields value={consent} onChange={setConsent} versions={options} />
        <Button type="submit" size="md" loading={busy} disabled={!complete(consent)}>
          <Trans>Go on</Trans>
        </Button>
        <Button variant="default" size="md" onClick={() => void entry.giveUp()}>
          <Trans>Sign out</Trans>
        </Button>
      </Stack>
    </form>
  );
}
