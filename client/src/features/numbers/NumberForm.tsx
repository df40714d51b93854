import { MultiSelect, Select, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { joined } from '~/core/bidi';
import { api, type PublicNumber } from '~/api';
import { useExtensions } from '~/features/extensions';
import {
  type Condition,
  conditionOf,
  DestinationPicker,
  EditForm,
  isComplete,
  savingChange,
  useTargets,
} from '~/features/routing';
import { useTrunks } from '~/features/trunks';
import { CallerRules } from './CallerRules';
import { newNumber, newRange, numberChange, valuesOf, type NumberValues } from './model';
import { NumberPath } from './NumberPath';
import { RangeField } from './RangeField';
import css from './numbers.module.css';

interface NumberFormProps {
  /** Undefined for a new one. */
  number?: PublicNumber;
  tenant?: string;
  onClose: () => void;
}

/** Creates, changes and deletes a number, with a picture of the way of its calls as it is being edited. */
export function NumberForm({ number, tenant, onClose }: NumberFormProps) {
  const { t } = useLingui();
  const before = valuesOf(number);
  const trunks = useTrunks(tenant);
  const extensions = useExtensions(tenant).items;
  const targets = useTargets(tenant);
  const query = { tenant };
  const remove = (id: string, headers: Condition | undefined) =>
    api.deleteNumber({ path: { number: id }, query, headers });
  const create = (values: NumberValues) => api.createNumber({ query, body: newNumber(values) });
  const form = useForm<NumberValues>({
    initialValues: before,
    validate: {
      number: (value) => (value.trim() ? null : t`Enter a number.`),
      trunk: (value) => (value ? null : t`Choose a trunk.`),
      destination: (value) => (isComplete(value) ? null : t`Choose a destination.`),
      callers: (rules) =>
        rules.every(({ pattern, destination }) => pattern.trim() && isComplete(destination))
          ? null
          : t`Each rule needs numbers and a destination.`,
    },
  });
  const [range, setRange] = useState({ last: '', extensions: '' });
  const values = form.getValues();
  const complete = values.callers.filter(({ destination }) => isComplete(destination));
  const title = number?.display ?? values.number;
  return (
    <EditForm
      form={form}
      affected={['numbers', 'setup']}
      tenant={tenant}
      onClose={onClose}
      change={(after) => {
        if (range.last) {
          return {
            apply: () => api.createNumberRange({ query, body: newRange(after, range) }),
            message: t`The numbers from ${after.number} on are added.`,
          };
        }
        return savingChange(
          {
            id: number?.id,
            version: number?.version,
            before,
            after,
            message: number ? t`The number ${title} is changed.` : t`The number ${after.number} is added.`,
          },
          {
            create,
            update: (id, changed, headers) =>
              api.updateNumber({ path: { number: id }, query, body: numberChange(changed), headers }),
            remove,
          },
        );
      }}
      removal={
        number && {
          title: t`Delete the number ${title}?`,
          text: t`Calls to it are refused then.`,
          change: {
            apply: () => remove(number.id, conditionOf(number.version)),
            deletes: number.id,
            undo: () => create(before),
            message: t`The number ${title} is deleted.`,
          },
        }
      }
    >
      {isComplete(values.destination) && (
        <div className={css.picture}>
          <Text size="sm" fw={500} component="h3">
            <Trans>Way of a call</Trans>
          </Text>
          <NumberPath
            label={t`Way of a call to ${title}`}
            number={{ destination: values.destination, callers: complete }}
            tenant={tenant}
          />
        </div>
      )}
      {!number && (
        <TextInput
          size="md"
          label={t`Number`}
          description={t`As your carrier writes it, best with the country code.`}
          type="tel"
          placeholder="+49 30 1234567"
          required
          autoComplete="off"
          {...form.getInputProps('number')}
        />
      )}
      {!number && <RangeField first={values.number} range={range} onChange={setRange} tenant={tenant} />}
      <TextInput
        size="md"
        label={t`Description`}
        description={t`Purpose of the number, such as: reception, printed on invoices.`}
        maxLength={200}
        autoComplete="off"
        {...form.getInputProps('description')}
      />
      <DestinationPicker
        label={t`Destination`}
        description={t`Where its calls lead.`}
        tenant={tenant}
        value={values.destination}
        onChange={(to) => form.setFieldValue('destination', to)}
        error={form.errors.destination}
      />
      <Select
        size="md"
        label={t`Trunk`}
        description={
          trunks.loaded && trunks.items.length === 0 ? t`Create a trunk first.` : t`On which its calls come in.`
        }
        required
        allowDeselect={false}
        data={trunks.items.map(({ name }) => name)}
        {...form.getInputProps('trunk')}
        value={values.trunk || null}
      />
      <CallerRules
        rules={values.callers}
        onChange={(rules) => form.setFieldValue('callers', rules)}
        error={form.errors.callers}
        tenant={tenant}
      />
      <MultiSelect
        size="md"
        label={t`Shown for`}
        description={t`Extensions that show this number when they call outside, and groups and queues whose calls outside show it.`}
        searchable
        limit={100}
        nothingFoundMessage={t`No match`}
        data={[
          {
            group: t`Extensions`,
            items: extensions.map(({ number: value, name }) => ({ value, label: joined(name, value) })),
          },
          { group: t`Ring groups`, items: targets.group ?? [] },
          { group: t`Queues`, items: targets.queue ?? [] },
        ]}
        {...form.getInputProps('shown_for')}
      />
      <Switch
        size="md"
        label={t`Reject callers without a number`}
        {...form.getInputProps('reject_anonymous', { type: 'checkbox' })}
      />
    </EditForm>
  );
}
