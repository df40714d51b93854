import { Group, MultiSelect, Select, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getCountries } from 'libphonenumber-js/min';
import { Trans, useLingui } from '@lingui/react/macro';
import { joined } from '~/core/bidi';
import { api, type Location, type NewLocation } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { matchesSearch } from '~/design/table';
import { useExtensions } from '~/features/extensions';
import { useNumbers } from '~/features/numbers';
import { type Condition, conditionOf, EditForm, savingChange } from '~/features/routing';
import { bodyOf, valuesOf } from './model';

interface LocationFormProps {
  location?: Location;
  tenant?: string;
  onClose: () => void;
}

/** Creates or changes a place from which emergency calls are made. */
export function LocationForm({ location, tenant, onClose }: LocationFormProps) {
  const { t, i18n } = useLingui();
  const country = useValue(tenantSelection, (each) => each.selected?.country ?? 'DE');
  const extensions = useExtensions(tenant).items;
  const numbers = useNumbers(tenant).items;
  const form = useForm({
    initialValues: valuesOf(country, location),
    validate: {
      name: (value) => (value.trim() ? null : t`Enter a name.`),
      city: (value) => (value.trim() ? null : t`Enter a city.`),
      street: (value) => (value.trim() ? null : t`Enter a street.`),
    },
  });
  const { name } = form.values;
  const query = { tenant };
  const names = new Intl.DisplayNames(i18n.locale, { type: 'region' });
  const field = { size: 'md', autoComplete: 'off' } as const;
  const remove = (id: string, headers: Condition | undefined) =>
    api.deleteLocation({ path: { location: id }, query, headers });
  const isHome = Boolean(location?.home_of);
  return (
    <EditForm
      form={form}
      affected={['locations']}
      tenant={tenant}
      onClose={onClose}
      change={(values) =>
        savingChange<NewLocation>(
          {
            id: location?.id,
            version: location?.version,
            before: bodyOf(form.getInitialValues()),
            after: bodyOf(values),
            message: t`The location ${name} is saved.`,
          },
          {
            create: (body) => api.createLocation({ query, body }),
            update: (id, body, headers) => api.updateLocation({ path: { location: id }, query, body, headers }),
            remove,
          },
        )
      }
      removal={
        location && {
          title: t`Delete location ${location.name}?`,
          text: t`Emergency calls of those who are there carry the default location.`,
          change: {
            apply: () => remove(location.id, conditionOf(location.version)),
            message: t`The location ${location.name} is deleted.`,
          },
        }
      }
    >
      <TextInput
        {...field}
        label={t`Name`}
        placeholder={t`Head office, 2nd floor`}
        required
        data-autofocus
        {...form.getInputProps('name')}
      />
      <Group grow align="flex-start">
        <TextInput {...field} label={t`Street`} required {...form.getInputProps('street')} />
        <TextInput {...field} label={t`House number`} {...form.getInputProps('house_number')} />
      </Group>
      <Group grow align="flex-start">
        <TextInput {...field} label={t`Postcode`} {...form.getInputProps('postcode')} />
        <TextInput {...field} label={t`City`} required {...form.getInputProps('city')} />
      </Group>
      <Group grow align="flex-start">
        <TextInput {...field} label={t`State or province`} {...form.getInputProps('region')} />
        <Select
          size="md"
          label={t`Country`}
          searchable
          allowDeselect={false}
          data={getCountries()
            .map((code) => ({ value: code as string, label: names.of(code) ?? code }))
            .toSorted((one, other) => one.label.localeCompare(other.label, i18n.locale))}
          {...form.getInputProps('country')}
        />
      </Group>
      <Group grow align="flex-start">
        <TextInput {...field} label={t`Building`} {...form.getInputProps('building')} />
        <TextInput {...field} label={t`Floor`} {...form.getInputProps('storey')} />
        <TextInput {...field} label={t`Room`} {...form.getInputProps('room')} />
      </Group>
      <TextInput
        {...field}
        label={t`How to get there`}
        description={t`For the people who come to help.`}
        dir="auto"
        {...form.getInputProps('note')}
      />
      <Select
        size="md"
        label={t`Number that emergency calls show`}
        description={t`For carriers that know the place by the number. Empty: that of other calls.`}
        clearable
        clearButtonProps={{ 'aria-label': t`Remove` }}
        data={numbers.map(({ number, display }) => ({ value: number, label: display }))}
        {...form.getInputProps('number')}
        value={form.values.number || null}
        onChange={(value) => form.setFieldValue('number', value ?? '')}
      />
      {!isHome && (
        <>
          <MultiSelect
            size="md"
            label={t`Extensions`}
            searchable
            limit={100}
            hidePickedOptions
            nothingFoundMessage={t`No match`}
            clearButtonProps={{ 'aria-label': t`Remove all` }}
            data={extensions.map((each) => ({ value: each.number, label: joined(each.name, each.number) }))}
            filter={({ options, search }) =>
              options.filter((each) => 'value' in each && matchesSearch(search, [each.label]))
            }
            {...form.getInputProps('extensions')}
          />
          <Switch
            size="md"
            label={t`Default`}
            description={<Trans>The place of all extensions without one.</Trans>}
            disabled={location?.default}
            {...form.getInputProps('default', { type: 'checkbox' })}
          />
        </>
      )}
    </EditForm>
  );
}
