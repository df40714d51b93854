import { Badge, Button, Group, MultiSelect, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Breach, type HeldData, type PrivacyRequest } from '~/api';
import { formatDateTime } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { changedFields, useFormErrors } from '~/design/forms';
import { ErrorNotice } from '~/design/Notice';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { BreachNotice } from './BreachNotice';
import { chosenCategories, hoursLeft, localTime, topicsOf } from './breach';
import { processingRecord, type Language } from './policy-state';
import { BANDS } from './request-texts';

interface BreachProps {
  request: PrivacyRequest;
  tenant?: string;
}

/** Record of a breach: its clock, what is known, and the notices to the people affected. */
export function BreachRecord({ request, tenant }: BreachProps) {
  const { i18n } = useLingui();
  const found = useQuery({
    queryKey: ['breach', tenant, request.id],
    queryFn: async () => (await api.showBreach({ path: { request_id: request.id }, query: { tenant } })).data,
    staleTime: 0,
  });
  const record = useQuery(processingRecord(i18n.locale as Language));
  const failed = [found, record].find((each) => each.error);
  if (!found.data || !record.data)
    return failed ? <ErrorBar fault={failed.error} retry={failed.refetch} /> : <SkeletonBlock height={160} />;
  return (
    <Stack gap="sm">
      <Clock breach={found.data} request={request} />
      <BreachForm breach={found.data} topics={record.data.data} request={request} tenant={tenant} />
      <BreachNotice breach={found.data} request={request} tenant={tenant} />
    </Stack>
  );
}

/** The 72 hours within which the authority has to be informed (GDPR Art. 33). */
function Clock({ breach, request }: { breach: Breach; request: PrivacyRequest }) {
  const { authority_informed: informed } = breach;
  const due = formatDateTime(request.due);
  const hours = hoursLeft(request.due, Date.now());
  if (informed) {
    const at = formatDateTime(informed);
    return (
      <Group gap="xs">
        <Badge color={informed <= request.due ? undefined : 'red.9'}>
          {informed <= request.due ? <Trans>In time</Trans> : <Trans>Late</Trans>}
        </Badge>
        <Text size="sm">
          <Trans>The authority was informed: {at}</Trans>
        </Text>
      </Group>
    );
  }
  return (
    <Group gap="xs">
      <Badge color={hours > 24 ? undefined : 'red.9'}>
        {hours > 0 ? <Trans>{hours} of 72 hours left</Trans> : <Trans>72 hours are over</Trans>}
      </Badge>
      <Text size="sm">
        <Trans>Inform the authority by {due}, unless there is no risk for people.</Trans>
      </Text>
    </Group>
  );
}

function BreachForm({ breach, topics, request, tenant }: BreachProps & { breach: Breach; topics: HeldData[] }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      topics: topicsOf(breach.categories, topics),
      band: breach.band,
      high_risk: breach.high_risk,
      authority_informed: breach.authority_informed ? localTime(breach.authority_informed) : '',
    },
    validate: {
      authority_informed: (value) => (value && new Date(value) > new Date() ? t`Choose a time that has passed.` : null),
    },
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => {
      // The time has no seconds here, so that one which was not touched is left out.
      const { topics: chosen, authority_informed: at, ...change } = changedFields(form, values);
      return api.changeBreach({
        path: { request_id: request.id },
        query: { tenant },
        body: {
          ...change,
          ...(chosen && { categories: chosenCategories(breach.categories, chosen, topics) }),
          ...(at !== undefined && { authority_informed: at ? new Date(at).toISOString() : null }),
        },
      });
    },
    onSuccess: ({ data }, saved) => {
      queries.setQueryData(['breach', tenant, request.id], data);
      void queries.invalidateQueries({ queryKey: ['privacy-request', tenant, request.id] });
      form.resetDirty(saved); // what was changed meanwhile is not saved
    },
  });
  const { element, fail, fault } = useFormErrors(form, save.error);
  return (
    <form ref={element} onSubmit={form.onSubmit((values) => save.mutate(values), fail)} noValidate>
      <Stack gap="sm">
        <MultiSelect
          size="md"
          label={t`Data affected`}
          searchable
          data={topics.map(({ key, title }) => ({ value: key, label: title }))}
          {...form.getInputProps('topics')}
        />
        <Select
          size="md"
          label={t`People affected`}
          allowDeselect={false}
          data={Object.entries(BANDS).map(([value, text]) => ({ value, label: t(text) }))}
          {...form.getInputProps('band')}
        />
        <Switch
          size="md"
          label={t`High risk for the people`}
          description={t`Then they have to be informed too.`}
          {...form.getInputProps('high_risk', { type: 'checkbox' })}
        />
        <TextInput
          size="md"
          type="datetime-local"
          label={t`Authority informed at`}
          {...form.getInputProps('authority_informed')}
        />
        <ErrorNotice fault={fault} />
        <Button
          size="md"
          type="submit"
          variant="default"
          disabled={!form.isDirty()}
          loading={save.isPending}
          style={{ alignSelf: 'start' }}
        >
          <Trans>Save</Trans>
        </Button>
      </Stack>
    </form>
  );
}
