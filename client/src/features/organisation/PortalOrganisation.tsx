import { Button, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Tenant } from '~/api';
import { useIsOperator } from '~/api/session';
import { tenantSelection, replaceTenant } from '~/api/tenant-selection';
import { changedFields, showAtField } from '~/design/forms';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { useValue } from '~/core/store';
import { ChatFiles } from './ChatFiles';
import { CloseOrganisation } from './CloseOrganisation';
import { HoldMusic } from './HoldMusic';
import { OrganisationSuspension } from './OrganisationSuspension';
import { SupportAccess } from './SupportAccess';

/** Settings of the tenant: name, language, time zone and hold music. */
export default function PortalOrganisation() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected);
  const operator = useIsOperator();
  return (
    <Page title={t`Organisation`} size="lg">
      {tenant && <OrganisationSettings tenant={tenant} />}
      {tenant && <HoldMusic tenant={tenant.id} />}
      {tenant?.chat && <ChatFiles tenant={tenant.id} />}
      {tenant && <SupportAccess tenant={tenant.id} />}
      {tenant && operator && <OrganisationSuspension key={`suspension ${tenant.id}`} tenant={tenant} />}
      {tenant && <CloseOrganisation key={tenant.id} tenant={tenant.id} name={tenant.name} />}
    </Page>
  );
}

function OrganisationSettings({
  tenant: { id, name, language, time_zone, park_seconds, sign_out_time, chat, pictures },
}: {
  tenant: Tenant;
}) {
  const { t } = useLingui();
  const form = useForm({
    initialValues: { name, language, time_zone, park_seconds, sign_out_time, chat, pictures },
    validate: { name: (value) => (value.trim() ? null : t`Enter a name.`) },
  });
  const [fault, setFault] = useState<unknown>();
  const save = useMutation({
    mutationFn: async (values: typeof form.values) =>
      (await api.updateTenant({ path: { tenant: id }, body: changedFields(form, values) })).data,
    onSuccess: (saved) => {
      replaceTenant(saved);
      form.resetDirty();
    },
    onMutate: () => setFault(undefined),
    onError: (problem) => setFault(showAtField(form, problem)),
  });
  return (
    <Section title={t`Name and language`}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack gap="sm">
          <ErrorNotice fault={fault} />
          {save.isSuccess && !form.isDirty() && (
            <InfoNotice>
              <Trans>Saved.</Trans>
            </InfoNotice>
          )}
          <TextInput label={t`Name`} required maxLength={100} {...form.getInputProps('name')} />
          <Select
            label={t`Language`}
            description={t`Language of prompts and e-mails`}
            allowDeselect={false}
            data={[
              { value: 'en', label: 'English' },
              { value: 'de', label: 'Deutsch' },
            ]}
            {...form.getInputProps('language')}
          />
          <Select
            label={t`Time zone`}
            description={t`Time zone for prompts and e-mails`}
            searchable
            allowDeselect={false}
            nothingFoundMessage={t`No matching time zone.`}
            limit={200}
            data={[
              { value: '', label: t`Server time zone` },
              ...Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value.replaceAll('_', ' ') })),
            ]}
            {...form.getInputProps('time_zone')}
          />
          <NumberInput
            label={t`Parking timeout (seconds)`}
            description={t`The call then rings at the phone that parked it.`}
            min={10}
            max={3600}
            {...form.getInputProps('park_seconds')}
          />
          <TextInput
            type="time"
            label={t`Sign users out of shared phones at`}
            description={t`Every day. Leave empty for no time.`}
            {...form.getInputProps('sign_out_time')}
          />
          <Switch
            size="md"
            label={t`Chat`}
            description={t`Users write messages to each other in the app. When it is off, the tab disappears; stored messages stay until their period has ended.`}
            {...form.getInputProps('chat', { type: 'checkbox' })}
          />
          <Switch
            size="md"
            label={t`Pictures of people`}
            description={t`Users may add a picture of themselves, which their colleagues see. When it is off, no picture is shown or added; stored ones stay until their users remove them.`}
            {...form.getInputProps('pictures', { type: 'checkbox' })}
          />
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()} style={{ alignSelf: 'start' }}>
            <Trans>Save</Trans>
          </Button>
        </Stack>
      </form>
    </Section>
  );
}
