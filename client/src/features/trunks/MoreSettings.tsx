import { NumberInput, Select, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { TrunkValues } from './model';
import css from './trunks.module.css';

const FIELDS = [
  ...['auth_username', 'domain', 'accept_from', 'caller_id_header'],
  ...['number_format', 'dtmf', 'register_seconds', 'check_seconds', 'sends_location'],
  ...['signing_key', 'certificate_url', 'verification'],
];

/** Settings that few carriers need, closed unless one of them has an error. */
export function MoreSettings({ form }: { form: UseFormReturnType<TrunkValues> }) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  return (
    <details
      className={css.more}
      open={opened || FIELDS.some((field) => form.errors[field])}
      onToggle={(event) => setOpened(event.currentTarget.open)}
    >
      <summary className={css.summary}>
        <Trans>More settings</Trans>
      </summary>
      <Stack mt="sm">
        <TextInput
          size="md"
          label={t`User name for authentication`}
          description={t`Empty: the same user name.`}
          autoComplete="off"
          {...form.getInputProps('auth_username')}
        />
        <TextInput
          size="md"
          label={t`Domain`}
          description={t`Empty: the host of the server.`}
          autoComplete="off"
          {...form.getInputProps('domain')}
        />
        <TagsInput
          size="md"
          label={t`Networks of the carrier`}
          description={t`Addresses from which its calls come, besides those of the server.`}
          placeholder={form.getValues().accept_from.length ? undefined : '192.0.2.0/24'}
          clearButtonProps={{ 'aria-label': t`Remove all` }}
          {...form.getInputProps('accept_from')}
        />
        <Select
          size="md"
          label={t`Header with the caller’s number`}
          allowDeselect={false}
          data={[
            { value: 'from', label: 'From' },
            { value: 'p_asserted', label: 'P-Asserted-Identity' },
            { value: 'p_preferred', label: 'P-Preferred-Identity' },
          ]}
          {...form.getInputProps('caller_id_header')}
        />
        <Select
          size="md"
          label={t`Format of numbers`}
          allowDeselect={false}
          data={[
            { value: 'plus', label: '+4930123456' },
            { value: 'e164', label: '4930123456' },
            { value: 'national', label: '030123456' },
          ]}
          {...form.getInputProps('number_format')}
        />
        <Select
          size="md"
          label={t`Key tones`}
          allowDeselect={false}
          data={[
            { value: 'rfc4733', label: 'RFC 4733' },
            { value: 'info', label: 'SIP INFO' },
            { value: 'inband', label: t`In the sound` },
          ]}
          {...form.getInputProps('dtmf')}
        />
        <NumberInput
          size="md"
          label={t`Duration of a registration (seconds)`}
          min={60}
          max={86_400}
          {...form.getInputProps('register_seconds')}
        />
        <NumberInput
          size="md"
          label={t`Check the carrier every (seconds)`}
          description={t`0: it is not checked, and its server counts as reachable.`}
          min={0}
          max={3600}
          {...form.getInputProps('check_seconds')}
        />
        <Switch
          size="md"
          label={t`Send the place of the caller with emergency calls`}
          description={t`As PIDF-LO (RFC 6442). A call that the carrier refuses so is repeated without it.`}
          {...form.getInputProps('sends_location', { type: 'checkbox' })}
        />
        <Select
          size="md"
          label={t`Signatures of callers (STIR/SHAKEN)`}
          allowDeselect={false}
          data={[
            { value: 'off', label: t`Ignore` },
            { value: 'mark', label: t`Verify and show` },
            { value: 'reject', label: t`Verify, and reject calls with a wrong signature` },
          ]}
          {...form.getInputProps('verification')}
        />
        <Textarea
          size="md"
          label={t`Private key that signs your calls`}
          description={t`In PEM, on the curve P-256. It is stored encrypted and never shown; empty: unchanged.`}
          autosize
          minRows={2}
          maxRows={6}
          autoComplete="off"
          spellCheck={false}
          {...form.getInputProps('signing_key')}
        />
        <TextInput
          size="md"
          label={t`Address of the certificate`}
          description={t`Others verify your signature with it.`}
          placeholder="https://example.com/calls.pem"
          autoComplete="off"
          {...form.getInputProps('certificate_url')}
        />
      </Stack>
    </details>
  );
}
