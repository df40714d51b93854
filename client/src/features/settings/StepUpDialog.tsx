import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { ErrorNotice } from '~/design/Notice';
import { PasswordField } from '~/design/PasswordField';
import { useValue } from '~/core/store';
import { useLayer } from '~/design/layers';
import type { ProofMethod, StepUp } from './step-up';

/** Step-up authentication before sensitive actions. */
export function StepUpDialog({ proof }: { proof: StepUp }) {
  const { t } = useLingui();
  const { methods, busy, fault } = useValue(proof.prompt);
  const dismiss = useLayer(methods.length > 0, () => proof.cancel());
  return (
    <Modal
      opened={methods.length > 0}
      onClose={dismiss}
      title={t`Confirm it’s you`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      centered
    >
      <Stack>
        <Text size="sm">
          <Trans>This protects your account if this device is left unattended.</Trans>
        </Text>
        <ErrorNotice fault={fault} />
        {methods.includes('passkey') && (
          <Button
            size="md"
            leftSection={<IconFingerprint aria-hidden />}
            loading={busy}
            onClick={() => void proof.proveByPasskey()}
          >
            <Trans>Use a passkey</Trans>
          </Button>
        )}
        <StepUpForm proof={proof} means={methods} busy={busy} />
      </Stack>
    </Modal>
  );
}

type TextMethod = Exclude<ProofMethod, 'passkey'>;

function StepUpForm({ proof, means, busy }: { proof: StepUp; means: ProofMethod[]; busy: boolean }) {
  const { t } = useLingui();
  const [useRecovery, setUseRecovery] = useState(false);
  const [text, setText] = useState('');
  const defaultMethod = means.find((each): each is TextMethod => each !== 'passkey');
  if (!defaultMethod) return null;
  const recovery = useRecovery && means.includes('recovery_code');
  const method: TextMethod = recovery ? 'recovery_code' : defaultMethod;
  const shared = {
    size: 'md',
    value: text,
    onChange: (event: { currentTarget: HTMLInputElement }) => setText(event.currentTarget.value),
    required: true,
    withAsterisk: false,
    'data-autofocus': true,
  } as const;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void proof.proveByText(method, text).then(() => setText(''));
      }}
    >
      <Stack gap="sm">
        {method === 'password' ? (
          <PasswordField label={t`Your password`} {...shared} />
        ) : (
          <TextInput
            label={method === 'totp' ? t`Code from your authenticator app` : t`Recovery code`}
            inputMode={method === 'totp' ? 'numeric' : 'text'}
            autoComplete={method === 'totp' ? 'one-time-code' : 'off'}
            autoCapitalize="off"
            spellCheck={false}
            {...shared}
          />
        )}
        <Button type="submit" size="md" loading={busy} variant={means.includes('passkey') ? 'default' : 'filled'}>
          <Trans>Continue</Trans>
        </Button>
        {defaultMethod !== 'recovery_code' && means.includes('recovery_code') && (
          <Button variant="subtle" size="md" onClick={() => setUseRecovery(!useRecovery)}>
            {recovery ? <Trans>Use the authenticator app</Trans> : <Trans>Use a recovery code</Trans>}
          </Button>
        )}
      </Stack>
    </form>
  );
}
