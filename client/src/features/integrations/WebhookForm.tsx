import { Checkbox, Stack, Switch, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { useLingui } from '@lingui/react/macro';
import { useRef, useState } from 'react';
import { api, type Webhook } from '~/api';
import { useFieldChecks } from '~/design/useFieldChecks';
import { type Condition, conditionOf, EditForm, savingChange } from '~/features/routing';
import { NewSecret } from './NewSecret';
import { EVENTS, type EventName } from './texts';
import { WebhookMessages } from './WebhookMessages';
import { WebhookSecret } from './WebhookSecret';

interface WebhookValues {
  name: string;
  url: string;
  events: EventName[];
  state: Webhook['state'];
}

const EMPTY: WebhookValues = { name: '', url: '', events: [], state: 'active' };

interface WebhookFormProps {
  /** Undefined for a new one. */
  webhook?: Webhook;
  tenant?: string;
  onClose: () => void;
}

/** Creates, changes and deletes a webhook; shows new secrets and the messages that were not delivered. */
export function WebhookForm({ webhook, tenant, onClose }: WebhookFormProps) {
  const { t } = useLingui();
  const { name, url, events, state } = webhook ?? EMPTY;
  const before: WebhookValues = { name, url, events, state };
  const created = useRef<string>(undefined);
  const [secret, setSecret] = useState<string>();
  const query = { tenant };
  const remove = (id: string, headers: Condition | undefined) =>
    api.deleteWebhook({ path: { webhook: id }, query, headers });
  const form = useForm<WebhookValues>({
    initialValues: before,
    validate: {
      name: useFieldChecks().name,
      url: (value) => (/^https:\/\/\S+$/.test(value) ? null : t`Enter an address that begins with https://.`),
      events: (value) => (value.length ? null : t`Choose at least one.`),
    },
  });
  if (secret)
    return (
      <NewSecret
        title={t`Secret of ${form.getValues().name}`}
        text={t`The receiver checks the signature of each message with it, as Standard Webhooks describes.`}
        secret={secret}
        onClose={onClose}
      />
    );
  return (
    <EditForm
      form={form}
      affected={['webhooks']}
      tenant={tenant}
      onClose={() => (created.current ? setSecret(created.current) : onClose())}
      change={(after) =>
        savingChange(
          {
            id: webhook?.id,
            version: webhook?.version,
            before,
            after,
            message: webhook ? t`The webhook ${after.name} is changed.` : t`The webhook ${after.name} is created.`,
          },
          {
            create: async ({ state: _, ...body }) => {
              const answer = await api.createWebhook({ query, body });
              created.current = answer.data.secret;
              return answer;
            },
            update: (id, body, headers) => api.updateWebhook({ path: { webhook: id }, query, body, headers }),
            remove,
          },
        )
      }
      removal={
        webhook && {
          title: t`Delete the webhook ${name}?`,
          text: t`Messages that wait are deleted too.`,
          change: {
            apply: () => remove(webhook.id, conditionOf(webhook.version)),
            message: t`The webhook ${name} is deleted.`,
          },
        }
      }
    >
      <WebhookFields form={form} exists={Boolean(webhook)} />
      {webhook && <WebhookSecret webhook={webhook} tenant={tenant} onSecret={setSecret} />}
      {webhook && <WebhookMessages webhook={webhook} tenant={tenant} />}
    </EditForm>
  );
}

interface WebhookFieldsProps {
  form: UseFormReturnType<WebhookValues>;
  exists: boolean;
}

function WebhookFields({ form, exists }: WebhookFieldsProps) {
  const { t } = useLingui();
  return (
    <>
      <TextInput
        size="md"
        label={t`Name`}
        description={t`The program that is told.`}
        required
        maxLength={60}
        autoComplete="off"
        {...form.getInputProps('name')}
      />
      <TextInput
        size="md"
        type="url"
        label={t`Address`}
        description={t`Reachable from the internet, with a valid certificate.`}
        placeholder="https://example.com/hook"
        required
        autoComplete="off"
        {...form.getInputProps('url')}
      />
      {exists && (
        <Switch
          size="md"
          label={t`Active`}
          description={t`Off: no messages are sent, and those that wait are given up.`}
          checked={form.values.state === 'active'}
          onChange={({ currentTarget }) => form.setFieldValue('state', currentTarget.checked ? 'active' : 'paused')}
        />
      )}
      <Checkbox.Group
        size="md"
        label={t`Events`}
        description={t`Messages have ids, states and times, but no names, numbers or contents.`}
        required
        {...form.getInputProps('events')}
      >
        <Stack gap="sm" mt="sm">
          {(Object.keys(EVENTS) as EventName[]).map((event) => (
            <Checkbox key={event} size="md" value={event} label={t(EVENTS[event])} description={event} />
          ))}
        </Stack>
      </Checkbox.Group>
    </>
  );
}
