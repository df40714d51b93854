import { ActionIcon, Button, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconDeviceMobile, IconFingerprint, IconTrash } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Factor, TotpBegun } from '~/api';
import { confirmAction } from '~/design/Confirm';
import { ErrorNotice } from '~/design/Notice';
import { QrCode } from '~/design/QrCode';
import { formatDate } from '~/design/dates';
import { useErrorFocus } from '~/design/forms';
import { asProblem } from '~/core/problem';
import { useValue } from '~/core/store';
import { thisDevice } from '~/core/this-device';
import type { SecurityModel } from './security';

/** Second factors: list and set-up. */
export function Factors({ model }: { model: SecurityModel }) {
  const { t } = useLingui();
  const { factors, totp, busy } = useValue(model.state);
  if (totp) return <TotpSetUp model={model} totp={totp} />;
  return (
    <>
      {factors?.map((each) => (
        <FactorRow key={each.id} factor={each} model={model} />
      ))}
      {factors?.length === 0 && (
        <Text size="sm">
          <Trans>None. Your account is protected by your password only.</Trans>
        </Text>
      )}
      <Button
        size="md"
        variant="light"
        leftSection={<IconDeviceMobile aria-hidden />}
        disabled={busy}
        onClick={() => void model.beginTotp(t`Authenticator app`)}
      >
        <Trans>Set up authenticator app</Trans>
      </Button>
      {model.passkeysSupported ? (
        <Button
          size="md"
          variant="light"
          leftSection={<IconFingerprint aria-hidden />}
          disabled={busy}
          onClick={() => void model.addPasskey(thisDevice().name)}
        >
          <Trans>Add a passkey</Trans>
        </Button>
      ) : (
        <Text size="sm" c="dimmed">
          <Trans>Passkeys are not supported by this browser, or the page was not opened over https.</Trans>
        </Text>
      )}
    </>
  );
}

function FactorRow({ factor, model }: { factor: Factor; model: SecurityModel }) {
  const { t } = useLingui();
  const Icon = factor.kind === 'passkey' ? IconFingerprint : IconDeviceMobile;
  const since = formatDate(factor.created);
  const last = factor.last_used ? formatDate(factor.last_used) : '';
  const remove = async () => {
    const confirmed = await confirmAction({
      title: t`Remove ${factor.name}?`,
      text: t`You can no longer sign in with it. Removing the last factor also removes your recovery codes.`,
      confirmLabel: t`Remove`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) await model.remove(factor);
  };
  return (
    <Group wrap="nowrap" justify="space-between">
      <Group wrap="nowrap" gap="sm">
        <Icon aria-hidden style={{ flex: 'none' }} />
        <div>
          <Text fw={500}>{factor.name}</Text>
          <Text size="sm" c="dimmed">
            {factor.kind === 'passkey' ? (
              <Trans>Passkey, added {since}</Trans>
            ) : (
              <Trans>Authenticator app, added {since}</Trans>
            )}
            {last && <Trans>, last used {last}</Trans>}
          </Text>
        </div>
      </Group>
      <ActionIcon
        variant="subtle"
        color="red"
        size={44}
        aria-label={t`Remove ${factor.name}`}
        onClick={() => void remove()}
      >
        <IconTrash aria-hidden size={20} />
      </ActionIcon>
    </Group>
  );
}

function TotpSetUp({ model, totp }: { model: SecurityModel; totp: TotpBegun }) {
  const { t } = useLingui();
  const { busy, fault } = useValue(model.state);
  const [code, setCode] = useState('');
  const { form, fail } = useErrorFocus();
  const wrong = asProblem(fault).code === 'wrong_proof';
  const confirm = async () => {
    await model.confirmTotp(code);
    if (model.state.state.fault) fail();
  };
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
    >
      <Stack gap="sm">
        {!wrong && <ErrorNotice fault={fault} />}
        <Text>
          <Trans>Scan the code with your authenticator app, then enter the six-digit code.</Trans>
        </Text>
        <QrCode svg={totp.svg} alt={t`QR code for an authenticator app`} />
        <Text size="sm" ta="center">
          <Trans>
            Can’t scan it? Enter this key in the app: <Code style={{ wordBreak: 'break-all' }}>{totp.secret}</Code>
          </Trans>
        </Text>
        <TextInput
          label={t`Six-digit code`}
          inputMode="numeric"
          autoComplete="one-time-code"
          size="md"
          required
          withAsterisk={false}
          error={wrong && t`Wrong code. Enter the one that the app shows now.`}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Button type="submit" size="md" loading={busy}>
          <Trans>Confirm</Trans>
        </Button>
        <Button size="md" variant="default" onClick={() => model.cancelTotp()}>
          <Trans>Cancel</Trans>
        </Button>
      </Stack>
    </form>
  );
}
