import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { api, type Rerating } from '~/api';
import { Drawer } from '~/design/Drawer';
import { useFormErrors } from '~/design/forms';
import { formatAmount } from '~/design/money';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { periodOf } from './model';

interface RateAgainProps {
  opened: boolean;
  onClose: () => void;
  tenant?: string;
}

interface Days {
  since: string;
  until: string;
}

const FORM = 'rate-again';

/** Drawer that rates the calls of a period again: first a preview, then the correction. */
export function RateAgain({ opened, onClose, tenant }: RateAgainProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const preview = useMutation({
    mutationFn: async (values: Days) =>
      (await api.previewRating({ query: { tenant, ...periodOf(values.since, values.until) } })).data,
  });
  const rate = useMutation({
    mutationFn: async (values: Days) =>
      (await api.rateAgain({ query: { tenant }, body: periodOf(values.since, values.until) })).data,
    onSuccess: () =>
      Promise.all(
        ['usage', 'charges', 'credit', 'balance'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      ),
  });
  const form = useForm<Days>({
    initialValues: { since: '', until: '' },
    validate: {
      since: (value) => (value ? null : t`Choose the first day.`),
      until: (value, { since }) => {
        if (!value) return t`Choose the last day.`;
        if (value < since) return t`The last day is before the first one.`;
        return Date.parse(value) - Date.parse(since) < 366 * 86_400_000 ? null : t`Choose at most a year.`;
      },
    },
    onValuesChange: () => preview.reset(),
  });
  const { element, fail, fault } = useFormErrors(form, preview.error ?? rate.error);
  const close = () => {
    onClose();
    form.reset();
    preview.reset();
    rate.reset();
  };
  return (
    <Drawer
      opened={opened}
      onClose={close}
      title={t`Rate calls again`}
      footer={
        <Group justify="flex-end">
          {rate.data ? (
            <Button size="md" onClick={close}>
              <Trans>Close</Trans>
            </Button>
          ) : preview.data && preview.data.changed > 0 ? (
            <Button size="md" loading={rate.isPending} onClick={() => rate.mutate(form.values)}>
              <Plural value={preview.data.changed} one="Correct # price" other="Correct # prices" />
            </Button>
          ) : (
            <Button size="md" type="submit" form={FORM} loading={preview.isPending}>
              <Trans>Show the preview</Trans>
            </Button>
          )}
        </Group>
      }
    >
      <form ref={element} id={FORM} onSubmit={form.onSubmit((values) => preview.mutate(values), fail)} noValidate>
        <Stack>
          <Text size="sm">
            <Trans>
              Each call outside gets the price of the rate deck that is in force for its day now. The differences are
              posted as corrections; those of months that are invoiced already are on the next invoice.
            </Trans>
          </Text>
          <TextInput
            size="md"
            type="date"
            label={t`First day`}
            required
            disabled={Boolean(rate.data)}
            {...form.getInputProps('since')}
          />
          <TextInput
            size="md"
            type="date"
            label={t`Last day`}
            required
            disabled={Boolean(rate.data)}
            {...form.getInputProps('until')}
          />
          <ErrorNotice fault={fault} />
          {rate.data ? (
            <InfoNotice title={t`The prices are corrected`}>
              <Result found={rate.data} />{' '}
              <Trans>
                The{' '}
                <Anchor
                  renderRoot={(props) => <Link to={'/privacy/audit' as string} {...props} />}
                  underline="always"
                  size="sm"
                >
                  audit log
                </Anchor>{' '}
                has an entry.
              </Trans>
            </InfoNotice>
          ) : (
            preview.data && (
              <InfoNotice title={t`Nothing is changed yet`}>
                <Result found={preview.data} />
              </InfoNotice>
            )
          )}
        </Stack>
      </form>
    </Drawer>
  );
}

function Result({ found: { calls, changed, differences } }: { found: Rerating }) {
  const { i18n } = useLingui();
  if (calls === 0) return <Trans>No call outside was answered in this period.</Trans>;
  const sums = differences.map(({ currency, amount }) => formatAmount(amount, currency, i18n.locale)).join(', ');
  return (
    <>
      <Plural value={calls} one="# call is in this period." other="# calls are in this period." />{' '}
      {changed === 0 ? (
        <Trans>All prices are right.</Trans>
      ) : (
        <Plural value={changed} one="# price differs." other="# prices differ." />
      )}{' '}
      {sums && <Trans>Difference: {sums}.</Trans>}
    </>
  );
}
