import { Button, Group, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type BillingDetails } from '~/api';
import { useChanges } from '~/design/changes';
import { showAtField } from '~/design/forms';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';

interface BillingAddressProps {
  tenant?: string;
  /** The details of the seller: those of the operators. */
  seller?: boolean;
}

/** Billing details of the organisation, or of the seller. */
export function BillingAddress({ tenant, seller = false }: BillingAddressProps) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['billing-details', tenant],
    queryFn: async () => (await api.showBillingDetails({ query: { tenant } })).data,
  });
  return (
    <Section
      title={seller ? t`Seller` : t`Billing details`}
      lead={
        seller ? (
          <Trans>The company that sells, as each invoice names it. Issued invoices do not change.</Trans>
        ) : (
          <Trans>The recipient of invoices. Issued invoices do not change.</Trans>
        )
      }
    >
      <ErrorBar fault={error} retry={refetch} />
      {!data && !error && <SkeletonBlock height={240} />}
      {data && <DetailsForm details={data} tenant={tenant} seller={seller} />}
    </Section>
  );
}

interface DetailsFormProps extends Required<Pick<BillingAddressProps, 'seller'>> {
  details: BillingDetails;
  tenant?: string;
}

function DetailsForm({ details, tenant, seller }: DetailsFormProps) {
  const { t } = useLingui();
  const changes = useChanges(['billing-details']);
  const [fault, setFault] = useState<unknown>();
  const form = useForm({
    initialValues: {
      ...details,
      mandate_signed: details.mandate_signed ?? '',
      payment_days: String(details.payment_days ?? 14),
      issue_day: String(details.issue_day ?? 0),
      stop_days: String(details.stop_days ?? 14),
    },
  });
  const submit = ({ mandate_signed, payment_days, issue_day, stop_days, ...values }: typeof form.values) => {
    setFault(undefined);
    const body = {
      ...values,
      mandate_signed: mandate_signed || null,
      payment_days: Number(payment_days),
      issue_day: Number(issue_day),
      stop_days: Number(stop_days),
    };
    changes.mutate(
      {
        apply: () => api.replaceBillingDetails({ query: { tenant }, body }),
        message: t`The billing details are saved.`,
      },
      { onError: (problem) => setFault(showAtField(form, problem)) },
    );
  };
  const field = (name: keyof typeof form.values, label: string, description?: string) => (
    <TextInput size="md" label={label} description={description} autoComplete="off" {...form.getInputProps(name)} />
  );
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack>
        <ErrorNotice fault={fault} />
        <SimpleGrid cols={{ base: 1, sm: 2 }} verticalSpacing="sm">
          {field('name', t`Company or person`)}
          {field('contact', t`Contact`)}
          {field('street', t`Street and number`)}
          {field('postcode', t`Postal code`)}
          {field('city', t`City`)}
          {field('country', t`Country`, t`Two letters, such as DE`)}
          {field('vat_id', t`VAT id`)}
          {field('tax_number', t`Tax number`)}
          {field('email', t`E-mail`, seller ? t`On each invoice` : t`For invoices; empty: the administrators get them`)}
          {field('iban', t`IBAN`)}
          {field('bic', t`BIC`)}
          {seller ? (
            <>
              {field('creditor_id', t`Creditor identifier`, t`For direct debits`)}
              <TextInput
                size="md"
                label={t`Days until invoices are due`}
                type="number"
                min={0}
                max={90}
                {...form.getInputProps('payment_days')}
              />
              <TextInput
                size="md"
                label={t`Day on which invoices are issued`}
                description={t`Of each month, from 1 to 28; 0: by hand`}
                type="number"
                min={0}
                max={28}
                {...form.getInputProps('issue_day')}
              />
              <TextInput
                size="md"
                label={t`Days until calls outside end`}
                description={t`After the last reminder of an unpaid invoice; 0: never`}
                type="number"
                min={0}
                max={90}
                {...form.getInputProps('stop_days')}
              />
              {field('number_prefix', t`Beginning of invoice numbers`)}
            </>
          ) : (
            <>
              {field('mandate', t`SEPA mandate`, t`Reference; empty: payment by bank transfer`)}
              <TextInput size="md" label={t`Signed on`} type="date" {...form.getInputProps('mandate_signed')} />
            </>
          )}
        </SimpleGrid>
        <Group justify="flex-end">
          <Button type="submit" size="md" loading={changes.isPending}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
