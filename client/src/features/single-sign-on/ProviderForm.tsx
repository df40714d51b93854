import { Button, Checkbox, Group, PasswordInput, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type SingleSignOn } from '~/api';
import type { Problem } from '~/core/problem';
import { useChanges } from '~/design/changes';
import { confirmAction } from '~/design/Confirm';
import { formatDateTime } from '~/design/dates';
import { showAtField } from '~/design/forms';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { settingsToSave, type ProviderValues } from './settings-to-save';

interface ProviderFormProps {
  tenant: string;
  /** Null before one is set. */
  provider: SingleSignOn | null;
}

/** Sets, changes and removes the provider. Its secret is never shown again. */
export function ProviderForm({ tenant, provider }: ProviderFormProps) {
  const { t } = useLingui();
  const changes = useChanges(['single-sign-on', 'sign-in-options']);
  const [fault, setFault] = useState<unknown>();
  const form = useForm<ProviderValues>({
    initialValues: {
      issuer: provider?.issuer ?? '',
      client_id: provider?.client_id ?? '',
      client_secret: '',
      without_secret: false,
      link_by_email: provider?.link_by_email ?? false,
    },
    validate: {
      issuer: (value) =>
        /^https?:\/\/[^\s?#]+$/.test(value.trim()) ? null : t`Enter an address that begins with https://.`,
      client_id: (value) => (value.trim() ? null : t`Enter the client ID.`),
    },
  });
  const save = (values: ProviderValues) => {
    setFault(undefined);
    changes.mutate(
      {
        apply: () => api.setSingleSignOn({ path: { tenant }, body: settingsToSave(values) }),
        message: t`The settings are saved. Test the sign-in now.`,
      },
      {
        onError: (problem) =>
          setFault(
            showAtField(form, problem, ({ field, message }: Problem) =>
              field === 'issuer'
                ? t`No sign-in provider answers at this address. Copy its issuer: an address with https:// that is reachable from the internet and serves /.well-known/openid-configuration.`
                : field === 'client_secret'
                  ? t`Enter the secret of this client. The stored one belongs to another client.`
                  : message,
            ),
          ),
      },
    );
  };
  const remove = async () => {
    const confirmed = await confirmAction({
      title: t`Remove single sign-on?`,
      text: t`People sign in with their password then. Accounts without a password need a new invitation. Sessions that are open stay open. To return, enter the client secret again.`,
      confirmLabel: t`Remove`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed)
      changes.mutate(
        { apply: () => api.removeSingleSignOn({ path: { tenant } }), message: t`Single sign-on is removed.` },
        { onError: setFault },
      );
  };
  const changed = provider && formatDateTime(provider.changed);
  return (
    <Section
      title={t`Provider`}
      lead={
        changed ? (
          <Trans>Single sign-on is set up. Last changed: {changed}.</Trans>
        ) : (
          <Trans>Single sign-on is not set up yet.</Trans>
        )
      }
    >
      <form onSubmit={form.onSubmit(save)} noValidate>
        <Stack>
          <ErrorNotice fault={fault} />
          <TextInput
            size="md"
            type="url"
            label={t`Address of the provider (issuer)`}
            placeholder="https://login.example.com"
            required
            maxLength={500}
            autoComplete="off"
            {...form.getInputProps('issuer')}
          />
          <TextInput
            size="md"
            label={t`Client ID`}
            required
            maxLength={500}
            autoComplete="off"
            {...form.getInputProps('client_id')}
          />
          <PasswordInput
            size="md"
            label={t`Client secret`}
            description={
              provider?.has_secret
                ? t`One is stored. Leave empty to keep it.`
                : t`Leave empty if the provider gives none (public client).`
            }
            maxLength={500}
            autoComplete="off"
            disabled={form.values.without_secret}
            {...form.getInputProps('client_secret')}
          />
          {provider?.has_secret && (
            <Checkbox
              size="md"
              label={t`Delete the stored secret (public client)`}
              {...form.getInputProps('without_secret', { type: 'checkbox' })}
            />
          )}
          <Switch
            size="md"
            label={t`Find accounts by e-mail address`}
            description={t`The first sign-in opens the account with the address that the provider has verified. Turn it on only if all addresses of the provider belong to your organisation. Off: people link their account first, under Security.`}
            {...form.getInputProps('link_by_email', { type: 'checkbox' })}
          />
          <Group justify="flex-end">
            {provider && (
              <Button size="md" variant="default" color="red.9" onClick={() => void remove()}>
                <Trans>Remove single sign-on</Trans>
              </Button>
            )}
            <Button size="md" type="submit" loading={changes.isPending} disabled={!form.isDirty()}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
