import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Hours, type NewHours } from '~/api';
import { type Condition, conditionOf, DestinationPicker, EditForm, isComplete, savingChange } from '~/features/routing';
import { Holidays } from './Holidays';
import { asName, hoursBody, hoursValues } from './model';
import { WeeklyHours } from './WeeklyHours';
import { isValidRow } from './weekly';

interface HoursFormProps {
  hours?: Hours;
  tenant?: string;
  onClose: () => void;
}

/** Creates or changes opening hours. */
export function HoursForm({ hours, tenant, onClose }: HoursFormProps) {
  const { t } = useLingui();
  const [version, setVersion] = useState(hours?.version);
  const form = useForm({
    initialValues: hoursValues(hours),
    validate: {
      name: (value) => (value ? null : t`Enter a name.`),
      open: (rows) => (rows.every(isValidRow) ? null : t`Enter two different times in each row.`),
      code: (value) => (/^(\*[0-9]{2,5})?$/.test(value) ? null : t`Enter * and two to five digits.`),
      then: (value) => (isComplete(value) ? null : t`Choose a destination.`),
      otherwise: (value) => (isComplete(value) ? null : t`Choose a destination.`),
    },
  });
  const query = { tenant };
  const { name } = form.values;
  const remove = (id: string, headers: Condition | undefined) =>
    api.deleteHours({ path: { hours: id }, query, headers });
  const own = hours && `hours:${hours.name}`;
  return (
    <EditForm
      form={form}
      tenant={tenant}
      affected={['hours']}
      onClose={onClose}
      change={(values) =>
        savingChange<NewHours>(
          {
            id: hours?.id,
            version,
            before: hoursBody(form.getInitialValues()),
            after: hoursBody(values),
            message: t`The opening hours ${name} are saved.`,
          },
          {
            create: (body) => api.createHours({ query, body }),
            update: (id, { name: _fixed, ...body }, headers) =>
              api.updateHours({ path: { hours: id }, query, body, headers }),
            remove,
          },
        )
      }
      removal={
        hours && {
          title: t`Delete opening hours ${hours.name}?`,
          text: t`Their hours and holidays are deleted too.`,
          change: {
            apply: () => remove(hours.id, conditionOf(version)),
            message: t`The opening hours ${hours.name} are deleted.`,
          },
        }
      }
    >
      <TextInput
        size="md"
        label={t`Name`}
        description={hours ? undefined : t`Lower-case letters and digits, for example office.`}
        required
        data-autofocus={!hours || undefined}
        autoComplete="off"
        disabled={Boolean(hours)}
        {...form.getInputProps('name')}
        onChange={(event) => form.setFieldValue('name', asName(event.currentTarget.value))}
      />
      <WeeklyHours {...form.getInputProps('open')} value={form.values.open} />
      <DestinationPicker
        label={t`While open`}
        tenant={tenant}
        own={own}
        {...form.getInputProps('then')}
        value={form.values.then}
      />
      <DestinationPicker
        label={t`While closed`}
        tenant={tenant}
        own={own}
        {...form.getInputProps('otherwise')}
        value={form.values.otherwise}
      />
      <Holidays
        id={hours?.id}
        version={version}
        tenant={tenant}
        {...form.getInputProps('holidays')}
        value={form.values.holidays}
        typed={form.values.holiday}
        onType={(date) => form.setFieldValue('holiday', date)}
        onImported={({ holidays, version: after }) => {
          setVersion(after);
          form.setInitialValues({ ...form.getInitialValues(), holidays });
          form.setFieldValue('holidays', holidays);
        }}
      />
      <TextInput
        size="md"
        label={t`Code`}
        description={t`Dialled from a phone, it switches: followed by 0 to automatic, by 1 to open, by 2 to closed.`}
        placeholder="*28"
        autoComplete="off"
        {...form.getInputProps('code')}
      />
    </EditForm>
  );
}
