import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { IconCreditCard } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import { api } from '~/api';
import { Drawer } from '~/design/Drawer';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { parseAmount } from './model';

interface CardProps {
  tenant?: string;
}

/** Whether there are payments by card, and whether they move money. */
export function useCardProcessor(tenant?: string) {
  return useQuery({
    queryKey: ['card-processor'],
    queryFn: async () => (await api.showCardProcessor({ query: { tenant } })).data,
  });
}

/** Begins a payment by card, and continues on the page of the processor. */
function useCardPayment(tenant?: string) {
  return useMutation({
    mutationFn: async (body: { invoice: string } | { amount: number; currency: string }) => {
      const { data } = await api.beginCardPayment({ query: { tenant }, body });
      location.assign(data.url);
    },
  });
}

/** Pays an invoice by card. */
export function PayByCard({ tenant, invoice }: CardProps & { invoice: string }) {
  const { data, error, refetch } = useCardProcessor(tenant);
  const pay = useCardPayment(tenant);
  if (!data) return <ErrorBar fault={error} retry={refetch} />;
  if (!data.enabled) return null;
  return (
    <Stack gap="xs">
      <ErrorNotice fault={pay.error} />
      <Button
        size="md"
        leftSection={<IconCreditCard size={18} aria-hidden />}
        loading={pay.isPending}
        onClick={() => pay.mutate({ invoice })}
      >
        <Trans>Pay by card</Trans>
      </Button>
      <Text size="sm" c="dimmed">
        <Trans>You enter your card on a page of our payment processor. Card data is not stored here.</Trans>
      </Text>
    </Stack>
  );
}

/** Pays credit by card. */
export function AddCredit({ tenant, currency }: CardProps & { currency: string }) {
  const { t } = useLingui();
  const { data, error, refetch } = useCardProcessor(tenant);
  const pay = useCardPayment(tenant);
  const [opened, setOpened] = useState(false);
  const [fault, setFault] = useState<string>();
  if (!data) return <ErrorBar fault={error} retry={refetch} />;
  if (!data.enabled) return null;
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const amount = parseAmount(String(new FormData(event.currentTarget).get('amount')));
    setFault(amount ? undefined : t`Enter an amount, such as 49.90.`);
    if (amount) pay.mutate({ amount, currency });
  };
  return (
    <>
      <Button size="md" variant="default" onClick={() => setOpened(true)}>
        <Trans>Add credit</Trans>
      </Button>
      <Drawer
        opened={opened}
        onClose={() => setOpened(false)}
        title={t`Add credit by card`}
        footer={
          <Group justify="flex-end">
            <Button size="md" type="submit" form="add-credit" loading={pay.isPending}>
              <Trans>Continue to payment</Trans>
            </Button>
          </Group>
        }
      >
        <form id="add-credit" onSubmit={send} noValidate>
          <Stack>
            <Text size="sm">
              <Trans>Credit pays open invoices first, the oldest one before the others, and then the next ones.</Trans>
            </Text>
            <TextInput
              size="md"
              name="amount"
              label={t`Amount in ${currency}`}
              inputMode="decimal"
              required
              autoComplete="off"
              error={fault}
            />
            <ErrorNotice fault={pay.error} />
          </Stack>
        </form>
      </Drawer>
    </>
  );
}

/** The state of the payment from which the payer returns. */
export function ReturnedPayment({ tenant }: CardProps) {
  const { t } = useLingui();
  const [reference] = useState(() => new URLSearchParams(location.search).get('paid'));
  const { data } = useQuery({
    queryKey: ['card-payments', tenant],
    queryFn: async () => (await api.listCardPayments({ query: { tenant } })).data.items,
    enabled: reference !== null,
    // The processor reports a payment within seconds.
    refetchInterval: ({ state }) => (stateOf(state.data, reference) === 'begun' ? 5_000 : false),
  });
  const state = stateOf(data, reference);
  if (state === undefined) return null;
  return (
    <InfoNotice title={state === 'paid' ? t`The payment has arrived` : t`The payment is being confirmed`}>
      <Text size="sm">
        {state === 'paid' ? (
          <Trans>Thank you. It is booked as {reference}.</Trans>
        ) : (
          <Trans>This takes some seconds, rarely longer. You do not need to pay again.</Trans>
        )}
      </Text>
    </InfoNotice>
  );
}

function stateOf(payments: { reference: string; state: string }[] | undefined, reference: string | null) {
  return payments?.find((each) => each.reference === reference)?.state;
}
