import { Button, Code, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api } from '~/api';
import { useChanges } from '~/design/changes';
import { confirmAction } from '~/design/Confirm';
import { ErrorBar } from '~/design/ErrorBar';
import { showAtField } from '~/design/forms';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { useCardProcessor } from './CardPayments';

/** The operator's account for payments by card. Its secrets are never shown again. */
export function CardProcessor() {
  const { t } = useLingui();
  const { data, error, refetch } = useCardProcessor('operator');
  const changes = useChanges(['card-processor']);
  const [fault, setFault] = useState<unknown>();
  const form = useForm({ initialValues: { secret_key: '', webhook_secret: '' } });
  const save = (body: typeof form.values) => {
    setFault(undefined);
    changes.mutate(
      { apply: () => api.setCardProcessor({ body }), message: t`Organisations can pay by card now.` },
      { onSuccess: () => form.reset(), onError: (problem) => setFault(showAtField(form, problem)) },
    );
  };
  const remove = async () => {
    const confirmed = await confirmAction({
      title: t`End payments by card?`,
      text: t`The keys are deleted. Payments that were begun are not booked any more. Bank transfer stays possible.`,
      confirmLabel: t`End payments by card`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    setFault(undefined);
    changes.mutate(
      { apply: () => api.removeCardProcessor(), message: t`There are no payments by card any more.` },
      { onError: setFault },
    );
  };
  const reports = `${location.origin}/api/v1/billing/card-reports`;
  return (
    <Section
      title={t`Payments by card`}
      lead={
        data?.enabled ? (
          data.mode === 'live' ? (
            <Trans>Organisations can pay invoices and credit by card, with your account at Stripe.</Trans>
          ) : (
            <Trans>Test mode: payments by card are tried out, no money is moved.</Trans>
          )
        ) : (
          <Trans>
            Off. Organisations pay by bank transfer or direct debit. Set the keys of your account at Stripe.
          </Trans>
        )
      }
    >
      <ErrorBar fault={error} retry={refetch} />
      <Text size="sm" component="div">
        <Trans>
          Let Stripe send checkout.session.completed, charge.refunded, charge.dispute.created and charge.dispute.closed
          to this address:
        </Trans>{' '}
        <Code style={{ overflowWrap: 'anywhere' }}>{reports}</Code>
      </Text>
      <form onSubmit={form.onSubmit(save)} noValidate>
        <Stack>
          <ErrorNotice fault={fault} />
          <PasswordInput
            size="md"
            label={t`Secret key`}
            autoComplete="off"
            required
            {...form.getInputProps('secret_key')}
          />
          <PasswordInput
            size="md"
            label={t`Signing secret of the webhook`}
            autoComplete="off"
            required
            {...form.getInputProps('webhook_secret')}
          />
          <Group justify="flex-end">
            {data?.enabled && (
              <Button size="md" variant="default" color="red.9" onClick={() => void remove()}>
                <Trans>End payments by card</Trans>
              </Button>
            )}
            <Button size="md" type="submit" loading={changes.isPending}>
              <Trans>Save the keys</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
