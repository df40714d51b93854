import { Group, NumberInput, PasswordInput, Select, Switch, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Trunk, type TrunkTemplate } from '~/api';
import { InfoNotice } from '~/design/Notice';
import { EditForm, savingChange } from '~/features/routing';
import { MoreSettings } from './MoreSettings';
import { valuesOf, withTemplate, type TrunkValues } from './model';
import { trunkRequests } from './requests';
import { TestTrunk } from './TestTrunk';
import { NOTES, reasonOf } from './texts';
import { UnknownNumber } from './UnknownNumber';

interface TrunkFormProps {
  /** Undefined for a new one. */
  trunk?: Trunk;
  tenant?: string;
  onClose: () => void;
}

type Form = UseFormReturnType<TrunkValues>;

/** Creates, changes and deletes a trunk. */
export function TrunkForm({ trunk, tenant, onClose }: TrunkFormProps) {
  const { t, i18n } = useLingui();
  const before = valuesOf(trunk);
  const requests = trunkRequests(tenant);
  const form = useForm<TrunkValues>({
    initialValues: before,
    validate: {
      name: (value) => (/^[A-Za-z0-9][\w.-]{0,62}$/.test(value) ? null : t`Use letters, digits, dots and hyphens.`),
      server: (value) => (value.trim() ? null : t`Enter the server of the carrier.`),
      username: (value, { registers }) => (registers && !value ? t`Required to register.` : null),
      password: (value, { registers }) =>
        registers && !value && !trunk?.has_password ? t`Required to register.` : null,
    },
  });
  const reason = trunk && reasonOf(trunk);
  const inUse = (users: string) => ({
    title: t`The trunk is in use.`,
    advice: t`Change or delete these first: ${users}`,
  });
  return (
    <EditForm
      form={form}
      affected={['trunks', 'setup']}
      tenant={tenant}
      onClose={onClose}
      change={(after) =>
        savingChange(
          {
            id: trunk?.id,
            version: trunk?.version,
            before,
            after,
            message: trunk ? t`The trunk ${after.name} is changed.` : t`The trunk ${after.name} is created.`,
          },
          requests,
        )
      }
      removal={
        trunk && {
          title: t`Delete the trunk ${trunk.name}?`,
          text: t`Its login is deleted too. Calls in progress continue.`,
          change: {
            apply: () => requests.removeUnused(trunk, inUse),
            message: t`The trunk ${trunk.name} is deleted.`,
          },
        }
      }
    >
      {reason && <InfoNotice>{i18n._(reason)}</InfoNotice>}
      {trunk?.unknown_number && (
        <InfoNotice>
          <UnknownNumber calls={trunk.unknown_number} />
        </InfoNotice>
      )}
      {!trunk && <Templates form={form} tenant={tenant} />}
      <TextInput
        size="md"
        label={t`Name`}
        description={t`Numbers and routes refer to the trunk by it.`}
        required
        autoComplete="off"
        {...form.getInputProps('name')}
      />
      <ServerFields form={form} hasPassword={trunk?.has_password ?? false} />
      <NumberInput
        size="md"
        label={t`Maximum calls at a time`}
        description={t`Empty: no limit.`}
        min={1}
        max={10_000}
        {...form.getInputProps('max_calls')}
      />
      <MoreSettings form={form} />
      {trunk && <TestTrunk trunk={trunk} tenant={tenant} />}
    </EditForm>
  );
}

function Templates({ form, tenant }: { form: Form; tenant?: string }) {
  const { t, i18n } = useLingui();
  const [chosen, setChosen] = useState<TrunkTemplate>();
  const { data = [] } = useQuery({
    queryKey: ['trunk-templates'],
    queryFn: async () => (await api.listTrunkTemplates({ query: { tenant } })).data.items,
    staleTime: Infinity,
  });
  const note = chosen && NOTES[chosen.name];
  return (
    <>
      <Select
        size="md"
        label={t`Carrier`}
        description={t`Fills in the settings of a common carrier.`}
        placeholder={t`Another carrier`}
        data={data.map(({ name, title }) => ({ value: name, label: title }))}
        value={chosen?.name ?? null}
        onChange={(name) => {
          const template = data.find((each) => each.name === name);
          setChosen(template);
          if (template) form.setValues(withTemplate(form.getValues(), template));
        }}
      />
      {chosen && <InfoNotice>{note ? i18n._(note) : chosen.note}</InfoNotice>}
    </>
  );
}

function ServerFields({ form, hasPassword }: { form: Form; hasPassword: boolean }) {
  const { t } = useLingui();
  return (
    <>
      <Group align="flex-start" gap="sm">
        <TextInput
          size="md"
          flex="1 1 12rem"
          label={t`Server`}
          placeholder="sip.example.com"
          required
          autoComplete="off"
          {...form.getInputProps('server')}
        />
        <Select
          size="md"
          flex="0 1 7rem"
          label={t`Transport`}
          allowDeselect={false}
          data={['udp', 'tcp', 'tls'].map((value) => ({ value, label: value.toUpperCase() }))}
          {...form.getInputProps('transport')}
        />
      </Group>
      <Switch
        size="md"
        label={t`Registers with the carrier`}
        description={t`Off if the carrier knows this server by its address.`}
        {...form.getInputProps('registers', { type: 'checkbox' })}
      />
      <TextInput size="md" label={t`User name`} autoComplete="off" {...form.getInputProps('username')} />
      <PasswordInput
        size="md"
        label={t`Password`}
        description={hasPassword ? t`Password set. Leave empty to keep it.` : undefined}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': t`Show or hide password` }}
        {...form.getInputProps('password')}
      />
    </>
  );
}
