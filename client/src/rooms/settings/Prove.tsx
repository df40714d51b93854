import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Fault } from '~/design/Notice';
import { Password } from '~/design/Password';
import { useValue } from '~/kernel/store';
import type { Means, Proof } from './proof';

/** Asks once more who one is, before something an intruder would do first. */
export function Prove({ proof }: { proof: Proof }) {
  const { t } = useLingui();
  const { means, busy, fault } = useValue(proof.asking);
  return (
    <Modal
      opened={means.length > 0}
      onClose={() => proof.callOff()}
      title={t`Show once more that it is you`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      centered
    >
      <Stack>
        <Text size="sm">
          <Trans>Somebody who found this device open could not do this.</Trans>
        </Text>
        <Fault fault={fault} />
        {means.includes('passkey') && (
          <Button
            size="md"
            leftSection={<IconFingerprint aria-hidden />}
            loading={busy}
            onClick={() => void proof.byPasskey()}
          >
            <Trans>Use a passkey</Trans>
          </Button>
        )}
        <ByText proof={proof} means={means} busy={busy} />
      </Stack>
    </Modal>
  );
}

type TextMeans = Exclude<Means, 'passkey'>;

function ByText({ proof, means, busy }: { proof: Proof; means: Means[]; busy: boolean }) {
  const { t } = useLingui();
  const [other, setOther] = useState(false);
  const [text, setText] = useState('');
  const usual = means.find((each): each is TextMeans => each !== 'passkey');
  if (!usual) return null;
  const recovery = other && means.includes('recovery_code');
  const by: TextMeans = recovery ? 'recovery_code' : usual;
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
        void proof.byText(by, text).then(() => setText(''));
      }}
    >
      <Stack gap="sm">
        {by === 'password' ? (
          <Password label={t`Your password`} {...shared} />
        ) : (
          <TextInput
            label={by === 'totp' ? t`Code from your authenticator app` : t`Recovery code`}
            inputMode={by === 'totp' ? 'numeric' : 'text'}
            autoComplete={by === 'totp' ? 'one-time-code' : 'off'}
            autoCapitalize="off"
            spellCheck={false}
            {...shared}
          />
        )}
        <Button type="submit" size="md" loading={busy} variant={means.includes('passkey') ? 'default' : 'filled'}>
          <Trans>Go on</Trans>
        </Button>
        {usual !== 'recovery_code' && means.includes('recovery_code') && (
          <Button variant="subtle" size="md" onClick={() => setOther(!other)}>
            {recovery ? <Trans>Use the authenticator app</Trans> : <Trans>Use a recovery code instead</Trans>}
          </Button>
        )}
      </Stack>
    </form>
  );
}
