import { Button, FileButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Reseller } from '~/api';
import { changedFields, showAtField } from '~/design/forms';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { useFieldChecks } from '~/design/useFieldChecks';
import { AccentField } from './AccentField';

const KEY = ['own-reseller'];

/** Name, colour and logo with which the customers see the product. */
export function Brand() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: async () => (await api.showOwnReseller()).data });
  return (
    <Section title={t`Brand`}>
      <ErrorBar fault={error} retry={refetch} />
      {data && <BrandForm reseller={data} />}
      {data && <Logo reseller={data} />}
    </Section>
  );
}

function BrandForm({ reseller: { product, accent, support_email, hosts } }: { reseller: Reseller }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { product, accent, support_email },
    validate: { product: useFieldChecks().name },
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => api.updateOwnBrand({ body: changedFields(form, values) }),
    onSuccess: () => {
      form.resetDirty();
      return queries.invalidateQueries({ queryKey: KEY });
    },
    onError: (fault) => showAtField(form, fault),
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <Stack gap="sm">
        {save.isSuccess && !form.isDirty() && (
          <InfoNotice>
            <Trans>Saved. Your customers see it when they open the app again.</Trans>
          </InfoNotice>
        )}
        <TextInput
          label={t`Name of the product`}
          required
          maxLength={30}
          autoComplete="off"
          {...form.getInputProps('product')}
        />
        <AccentField {...form.getInputProps('accent')} size="sm" />
        <TextInput
          type="email"
          label={t`Support address`}
          autoComplete="off"
          {...form.getInputProps('support_email')}
        />
        <Text size="sm" c="dimmed">
          {hosts.length > 0 ? (
            <Trans>Your customers open {hosts.join(', ')}.</Trans>
          ) : (
            <Trans>The operator has set no address for your customers yet.</Trans>
          )}
        </Text>
        <Button type="submit" loading={save.isPending} disabled={!form.isDirty()} style={{ alignSelf: 'start' }}>
          <Trans>Save</Trans>
        </Button>
      </Stack>
    </form>
  );
}

function Logo({ reseller }: { reseller: Reseller }) {
  const queries = useQueryClient();
  const change = useMutation<unknown, unknown, File | null>({
    mutationFn: (file) => (file ? api.putOwnLogo({ body: file }) : api.deleteOwnLogo()),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <Stack gap="xs" mt="md">
      <Text size="sm" fw={600}>
        <Trans>Logo</Trans>
      </Text>
      <ErrorNotice fault={change.error} />
      <Group gap="xs">
        <FileButton accept="image/png" onChange={(file) => file && change.mutate(file)}>
          {(props) => (
            <Button {...props} variant="default" loading={change.isPending}>
              <Trans>Choose file</Trans>
            </Button>
          )}
        </FileButton>
        {reseller.has_logo && (
          <Button variant="light" color="red" disabled={change.isPending} onClick={() => change.mutate(null)}>
            <Trans>Remove</Trans>
          </Button>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        <Trans>PNG, at most 64 KiB and 1024 pixels wide and high.</Trans>
      </Text>
    </Stack>
  );
}
