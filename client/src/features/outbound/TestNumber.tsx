import { Alert, Button, Group, List, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconBan, IconCircleCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type RouteTest } from '~/api';
import { showAtField } from '~/design/forms';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { useExtensions } from '~/features/extensions';
import { useRuleTexts } from './texts';

/** Says which way a call to a number would take, or which rule forbids it, without calling. */
export function TestNumber({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const extensions = useExtensions(tenant).items;
  const [fault, setFault] = useState<unknown>();
  const form = useForm({
    initialValues: { number: '', from: '' },
    validate: { number: (value) => (value.trim() ? null : t`Enter a number.`) },
  });
  const test = useMutation({
    mutationFn: async (body: typeof form.values) => (await api.tryRoute({ query: { tenant }, body })).data,
    onError: (problem) => setFault(showAtField(form, problem)),
  });
  return (
    <Section
      title={t`Test a number`}
      lead={<Trans>Shows the way of a call to a number outside. No call is made.</Trans>}
    >
      <form
        data-transient
        onSubmit={form.onSubmit((values) => {
          setFault(undefined);
          test.mutate(values);
        })}
        noValidate
      >
        <Group align="flex-start" gap="sm">
          <TextInput
            size="md"
            flex="1 1 12rem"
            label={t`Number`}
            type="tel"
            placeholder="030 1234567"
            autoComplete="off"
            {...form.getInputProps('number')}
          />
          <Select
            size="md"
            flex="1 1 15rem"
            label={t`Caller`}
            placeholder={t`Any extension`}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': t`Any extension` }}
            limit={200}
            data={extensions.map(({ number, name }) => ({ value: number, label: `${number} ${name}` }))}
            {...form.getInputProps('from')}
            value={form.getValues().from || null}
            onChange={(from) => form.setFieldValue('from', from ?? '')}
          />
          <Button type="submit" size="md" mt={{ base: 0, xs: '1.55rem' }} loading={test.isPending}>
            <Trans>Test</Trans>
          </Button>
        </Group>
      </form>
      <ErrorNotice fault={fault} />
      <div role="status">{test.data && !test.isPending && <Result result={test.data} />}</div>
    </Section>
  );
}

function Result({ result }: { result: RouteTest }) {
  const { t } = useLingui();
  const { number, country, route, attempts, rule, emergency, allowed } = result;
  const texts = useRuleTexts();
  const place = country && `(${texts.country(country)})`;
  if (!allowed)
    return (
      <Alert color="red" variant="light" icon={<IconBan aria-hidden />} title={t`${number} ${place} cannot be called`}>
        <Text size="sm">{rule ? texts.refusals[rule] : result.reason}</Text>
        {(rule === 'stopped' || rule === 'blocked') && (
          <Link to="/protection">
            <Trans>Protection</Trans>
          </Link>
        )}
      </Alert>
    );
  const title = emergency ? t`${number} is an emergency number` : t`${number} ${place} can be called`;
  return (
    <Alert color="teal" variant="light" icon={<IconCircleCheck aria-hidden />} title={title}>
      {route && (
        <Text size="sm">
          <Trans>Route: {route}</Trans>
        </Text>
      )}
      {emergency && (
        <Text size="sm">
          {result.location ? (
            <Trans>
              Location: <bdi>{result.location}</bdi>
            </Trans>
          ) : (
            <Trans>No location is known. Set one under “Emergency calls”.</Trans>
          )}
        </Text>
      )}
      <List size="sm" type="ordered" aria-label={t`Trunks that are tried`}>
        {attempts.map(({ trunk, number_sent, caller_id, withheld, sends_location }, at) => (
          <List.Item key={at}>
            {withheld || !caller_id ? (
              <Trans>
                Trunk {trunk} dials <bdi className="tabular">{number_sent}</bdi> without caller ID
              </Trans>
            ) : (
              <Trans>
                Trunk {trunk} dials <bdi className="tabular">{number_sent}</bdi> and shows{' '}
                <bdi className="tabular">{caller_id}</bdi>
              </Trans>
            )}
            {sends_location && (
              <>
                {' '}
                <Trans>(with the location)</Trans>
              </>
            )}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
