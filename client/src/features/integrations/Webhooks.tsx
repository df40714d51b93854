import { Badge, Button, Text } from '@mantine/core';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { api, type Webhook } from '~/api';
import { useChanges } from '~/design/changes';
import { EmptyState } from '~/design/EmptyState';
import { hasTools, POLL_INTERVAL_MS, usePages } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';
import { useEditor } from '~/features/routing';
import { EVENTS, webhookStatus } from './texts';
import { WebhookForm } from './WebhookForm';

/** Webhooks of the organisation: where events are reported to, and whether the messages arrive. */
export function Webhooks({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const list = usePages<Webhook>(['webhooks', tenant], () => api.listWebhooks({ query: { tenant } }), {
    pollMs: POLL_INTERVAL_MS,
  });
  const changes = useChanges(['webhooks', 'webhook-messages']);
  const editor = useEditor<Webhook>({
    title: (webhook) => webhook?.name ?? t`New webhook`,
    form: (webhook, close) => <WebhookForm webhook={webhook} tenant={tenant} onClose={close} />,
  });
  const test = ({ id, name }: Webhook) =>
    changes.mutate({
      apply: () => api.sendWebhookTest({ path: { webhook: id }, query: { tenant } }),
      message: t`A test message to ${name} is on its way.`,
    });
  const events = (webhook: Webhook) => webhook.events.map((event) => t(EVENTS[event])).join(', ');
  const columns: Column<Webhook>[] = [
    { title: t`Name`, value: ({ name }) => name, render: ({ name }) => <bdi>{name}</bdi> },
    {
      title: t`State`,
      card: 'aside',
      value: (webhook) => t(webhookStatus(webhook).text),
      render: (webhook) => (
        <Badge variant="dot" miw="max-content" color={webhookStatus(webhook).colour}>
          {t(webhookStatus(webhook).text)}
        </Badge>
      ),
    },
    { title: t`Last error`, render: (webhook) => <Faults webhook={webhook} /> },
    {
      title: t`Address`,
      value: ({ url }) => url,
      render: ({ url }) => (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <bdi>{url}</bdi>
        </Text>
      ),
    },
    { title: t`Events`, card: 'none', value: events, render: (webhook) => <Text size="sm">{events(webhook)}</Text> },
  ];
  const add = (
    <Button size="md" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => editor.open()}>
      <Trans>New webhook</Trans>
    </Button>
  );
  return (
    <Section
      title={t`Webhooks`}
      lead={<Trans>A webhook reports events to another program, such as a ticket system. Messages are signed.</Trans>}
    >
      <ErrorNotice fault={changes.error} />
      <DataTable<Webhook>
        label={t`Webhooks`}
        list={list}
        columns={columns}
        tools={hasTools(list) && add}
        onOpen={editor.open}
        actions={(webhook) =>
          webhook.state === 'active' && (
            <Button
              size="xs"
              variant="default"
              loading={changes.isPending}
              aria-label={t`Send a test to ${webhook.name}`}
              onClick={() => test(webhook)}
            >
              <Trans>Send a test</Trans>
            </Button>
          )
        }
        empty={<EmptyState icon={IconWebhook} text={<Trans>No program is told of events yet.</Trans>} action={add} />}
      />
      {editor.drawer}
    </Section>
  );
}

function Faults({ webhook }: { webhook: Webhook }) {
  const { t } = useLingui();
  const { reason } = webhookStatus(webhook);
  return (
    <>
      {reason && t(reason)}{' '}
      {webhook.dropped > 0 && (
        <Plural
          value={webhook.dropped}
          one="# event was not reported, because too many messages waited."
          other="# events were not reported, because too many messages waited."
        />
      )}
    </>
  );
}
