import { Group, MultiSelect, NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { useFieldChecks } from '~/design/useFieldChecks';
import { api, type Route } from '~/api';
import { useNumbers } from '~/features/numbers';
import { type Condition, conditionOf, EditForm, savingChange } from '~/features/routing';
import { useTrunks } from '~/features/trunks';
import { example, newRoute, valuesOf, type RouteValues } from './model';

interface RouteFormProps {
  /** Undefined for a new one. */
  route?: Route;
  routes: Route[];
  tenant?: string;
  onClose: () => void;
}

/** Creates, changes and deletes a route. */
export function RouteForm({ route, routes, tenant, onClose }: RouteFormProps) {
  const { t } = useLingui();
  const before = valuesOf(route);
  const trunks = useTrunks(tenant).items;
  const numbers = useNumbers(tenant).items;
  const checks = useFieldChecks();
  const query = { tenant };
  const remove = (id: string, headers: Condition | undefined) =>
    api.deleteRoute({ path: { route: id }, query, headers });
  const form = useForm<RouteValues>({
    initialValues: before,
    validate: {
      name: checks.name,
      pattern: (value) => (value.trim() ? null : t`Enter a pattern.`),
      trunks: (value) => (value.length ? null : t`Choose at least one trunk.`),
      prepend: (value) => (/^\+?\d{0,20}$/.test(value) ? null : t`Enter digits only.`),
    },
  });
  const values = form.getValues();
  const sent = example(values);
  return (
    <EditForm
      form={form}
      affected={['routes']}
      tenant={tenant}
      onClose={onClose}
      change={(after) =>
        savingChange(
          {
            id: route?.id,
            version: route?.version,
            before,
            after,
            message: route ? t`The route ${after.name} is changed.` : t`The route ${after.name} is created.`,
          },
          {
            create: (body) => api.createRoute({ query, body: newRoute(body, routes) }),
            update: (id, body, headers) => api.updateRoute({ path: { route: id }, query, body, headers }),
            remove,
          },
        )
      }
      removal={
        route && {
          title: t`Delete the route ${route.name}?`,
          text: t`Calls to these numbers take the next route that matches.`,
          change: {
            apply: () => remove(route.id, conditionOf(route.version)),
            deletes: route.id,
            undo: () => api.createRoute({ query, body: { ...before, position: route.position } }),
            message: t`The route ${route.name} is deleted.`,
          },
        }
      }
    >
      <TextInput size="md" label={t`Name`} required autoComplete="off" {...form.getInputProps('name')} />
      <TextInput
        size="md"
        label={t`Numbers`}
        description={t`A pattern such as +49. for Germany, or +. for all: X is any digit, Z is 1 to 9, N is 2 to 9, [13-5] is one of these; at the end, a dot is one or more and ! any number of characters.`}
        placeholder="+."
        required
        autoComplete="off"
        {...form.getInputProps('pattern')}
      />
      <MultiSelect
        size="md"
        label={t`Trunks`}
        description={t`In the order in which they are tried.`}
        required
        searchable
        data={trunks.map(({ name }) => name)}
        nothingFoundMessage={t`No match`}
        {...form.getInputProps('trunks')}
      />
      <Group grow align="flex-start">
        <NumberInput size="md" label={t`Remove characters`} min={0} max={20} {...form.getInputProps('strip')} />
        <TextInput
          size="md"
          label={t`Put before`}
          inputMode="tel"
          autoComplete="off"
          {...form.getInputProps('prepend')}
        />
      </Group>
      <Text size="sm" className="tabular">
        {sent ? (
          <Trans>
            Example: {sent.number} is sent as {sent.as}.
          </Trans>
        ) : (
          <Trans>Numbers are sent in the format of the trunk.</Trans>
        )}
      </Text>
      <Select
        size="md"
        label={t`Caller ID`}
        description={t`Empty: the number of the caller, or of the trunk.`}
        placeholder={t`Number of the caller`}
        clearable
        clearButtonProps={{ 'aria-label': t`Remove the number` }}
        data={numbers.map(({ number, display }) => ({ value: number, label: display }))}
        error={form.errors.caller_id}
        value={values.caller_id || null}
        onChange={(number) => form.setFieldValue('caller_id', number ?? '')}
      />
    </EditForm>
  );
}
