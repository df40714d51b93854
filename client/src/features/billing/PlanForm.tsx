import { NumberInput, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { api, type Plan, type PlanUpdate } from '~/api';
import { changedFields } from '~/design/forms';
import { useFieldChecks } from '~/design/useFieldChecks';
import { conditionOf, EditForm } from '~/features/routing';
import { amountInput, minutesInput, parseAmount, parseMinutes } from './model';

const PRICES = ['price', 'extension_price', 'number_price', 'storage_price'] as const;
const GIGABYTES = ['storage_gb', 'extension_storage_gb'] as const;

/** Creates or changes a plan. The form begins with the last prices that were set. */
export function PlanForm({ plan, onClose }: { plan?: Plan; onClose: () => void }) {
  const { t, i18n } = useLingui();
  const last = plan?.terms.at(-1);
  const price = (micros?: number) => amountInput(micros ?? 0, i18n.locale);
  const checkAmount = (value: string) => (parseAmount(value) === undefined ? t`Enter an amount, such as 49.90.` : null);
  const form = useForm({
    initialValues: {
      name: plan?.name ?? '',
      currency: plan?.currency ?? 'EUR',
      price: price(last?.price),
      extension_price: price(last?.extension_price),
      number_price: price(last?.number_price),
      storage_price: price(last?.storage_price),
      storage_gb: last?.storage_gb ?? 0,
      extension_storage_gb: last?.extension_storage_gb ?? 0,
      included: minutesInput(last?.included ?? {}),
      since: '',
      trial_days: plan?.trial_days ?? 0,
      sign_up: plan?.sign_up ?? false,
      archived: plan?.archived ?? false,
    },
    validate: {
      name: useFieldChecks().name,
      currency: (value) => (/^[A-Z]{3}$/.test(value) ? null : t`Use three capital letters, such as EUR.`),
      price: checkAmount,
      extension_price: checkAmount,
      number_price: checkAmount,
      storage_price: checkAmount,
      included: (value) => (parseMinutes(value) ? null : t`Write minutes such as any=100, mobile=50.`),
    },
  });
  type Values = typeof form.values;
  const bodyOf = ({ name, currency, included, ...values }: Values) => ({
    name,
    currency,
    included: parseMinutes(included)!,
    trial_days: values.trial_days,
    sign_up: values.sign_up,
    price: parseAmount(values.price)!,
    extension_price: parseAmount(values.extension_price)!,
    number_price: parseAmount(values.number_price)!,
    storage_price: parseAmount(values.storage_price)!,
    storage_gb: values.storage_gb,
    extension_storage_gb: values.extension_storage_gb,
  });
  const updateOf = (values: Values): PlanUpdate => {
    const changed = changedFields(form, values);
    const { currency: _, ...body } = bodyOf(values);
    const update = Object.fromEntries(Object.entries(body).filter(([field]) => field in changed));
    const repriced = ['included', ...PRICES, ...GIGABYTES].some((field) => field in update);
    return {
      ...update,
      ...('archived' in changed && { archived: values.archived }),
      ...(repriced && values.since && { since: values.since }),
    };
  };
  const labels = {
    price: t`Price per month`,
    extension_price: t`Per extension`,
    number_price: t`Per number`,
    storage_price: t`Per further GB of storage`,
    storage_gb: t`Included storage, in GB`,
    extension_storage_gb: t`Included storage per extension, in GB`,
  };
  return (
    <EditForm
      form={form}
      affected={['plans', 'charges', 'tenant-plan']}
      onClose={onClose}
      change={(values) =>
        plan
          ? {
              apply: () =>
                api.updatePlan({
                  path: { plan: plan.id },
                  body: updateOf(values),
                  headers: conditionOf(plan.version),
                }),
              message: t`The plan ${values.name} is changed.`,
            }
          : {
              apply: () => api.createPlan({ body: bodyOf(values) }),
              message: t`The plan ${values.name} is created.`,
            }
      }
      removal={
        plan?.tenants === 0
          ? {
              title: t`Delete the plan ${plan.name}?`,
              text: t`Only a plan that was never assigned can be deleted. Archive others.`,
              change: {
                apply: () => api.deletePlan({ path: { plan: plan.id }, headers: conditionOf(plan.version) }),
                message: t`The plan ${plan.name} is deleted.`,
              },
            }
          : undefined
      }
    >
      {plan && (
        <Text size="sm">
          <Plural
            value={plan.tenants ?? 0}
            one="# organisation has this plan and pays changed prices from their first day on."
            other="# organisations have this plan and pay changed prices from their first day on."
          />{' '}
          <Trans>Past months are not changed.</Trans>
        </Text>
      )}
      <TextInput size="md" label={t`Name`} required maxLength={60} autoComplete="off" {...form.getInputProps('name')} />
      <TextInput
        size="md"
        label={t`Currency`}
        maxLength={3}
        disabled={Boolean(plan)}
        {...form.getInputProps('currency')}
      />
      {PRICES.map((field) => (
        <TextInput
          key={field}
          size="md"
          label={labels[field]}
          inputMode="decimal"
          autoComplete="off"
          {...form.getInputProps(field)}
        />
      ))}
      {GIGABYTES.map((field) => (
        <NumberInput
          key={field}
          size="md"
          label={labels[field]}
          min={0}
          max={1_000_000}
          allowDecimal={false}
          hideControls
          {...form.getInputProps(field)}
        />
      ))}
      <TextInput
        size="md"
        label={t`Included minutes`}
        description={t`By group of rates, such as any=100, mobile=50. Empty: none`}
        autoComplete="off"
        {...form.getInputProps('included')}
      />
      <NumberInput
        size="md"
        label={t`Trial, in days`}
        description={t`Free for an organisation whose first plan it is. 0: none`}
        min={0}
        max={366}
        allowDecimal={false}
        hideControls
        {...form.getInputProps('trial_days')}
      />
      <Switch
        size="md"
        label={t`Organisations that sign up get it`}
        {...form.getInputProps('sign_up', { type: 'checkbox' })}
      />
      {plan && (
        <>
          <TextInput
            size="md"
            type="date"
            label={t`Prices apply from`}
            description={t`Empty: the first day of next month`}
            {...form.getInputProps('since')}
          />
          <Switch
            size="md"
            label={t`Archived`}
            description={t`Organisations with it keep it, others cannot get it.`}
            {...form.getInputProps('archived', { type: 'checkbox' })}
          />
        </>
      )}
    </EditForm>
  );
}
