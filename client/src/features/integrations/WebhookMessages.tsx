import { Button, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconClock } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useId } from 'react';
import { api, type Webhook, type WebhookDelivery } from '~/api';
import { useChanges } from '~/design/changes';
import { formatDateTime } from '~/design/dates';
import { POLL_INTERVAL_MS, usePages } from '~/design/lists';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Row, Rows } from '~/design/Rows';
import { deliveryState, eventTitle, FAILURES } from './texts';

/** Messages of a webhook that wait or could not be delivered. */
export function WebhookMessages({ webhook, tenant }: { webhook: Webhook; tenant?: string }) {
  const { t } = useLingui();
  const id = useId();
  const {
    items,
    loaded,
    fault,
    retry: load,
  } = usePages<WebhookDelivery>(
    ['webhook-messages', webhook.id, tenant],
    () => api.listWebhookDeliveries({ path: { webhook: webhook.id }, query: { tenant } }),
    { pollMs: POLL_INTERVAL_MS },
  );
  const changes = useChanges(['webhook-messages', 'webhooks']);
  const retry = (message: WebhookDelivery) =>
    changes.mutate({
      apply: () => api.retryWebhookDelivery({ path: { webhook: webhook.id, delivery: message.id }, query: { tenant } }),
      message: t`The message is sent again.`,
    });
  return (
    <section aria-labelledby={id}>
      <Title order={3} size="h5" id={id}>
        <Trans>Messages not delivered</Trans>
      </Title>
      <ErrorBar fault={fault} retry={load} />
      <ErrorNotice fault={changes.error} />
      {loaded && items.length === 0 && (
        <Text size="sm" c="dimmed">
          <Trans>All messages were delivered.</Trans>
        </Text>
      )}
      <Rows>
        {items.map((message) => (
          <Message
            key={message.id}
            message={message}
            busy={changes.isPending}
            onRetry={message.dead && webhook.state === 'active' ? () => retry(message) : undefined}
          />
        ))}
      </Rows>
    </section>
  );
}

interface MessageProps {
  message: WebhookDelivery;
  busy: boolean;
  /** Sends it again; undefined while it cannot. */
  onRetry?: () => void;
}

function Message({ message, busy, onRetry }: MessageProps) {
  const { t } = useLingui();
  const { event, created, dead, attempts, status, failure } = message;
  const title = eventTitle(event);
  const Icon = dead ? IconAlertTriangle : IconClock;
  const at = formatDateTime(created);
  const result = failure ? t(FAILURES[failure]) : t`the receiver answered ${status}`;
  return (
    <Row
      icon={<Icon size={20} aria-hidden />}
      trailing={
        onRetry && (
          <Button size="xs" variant="default" loading={busy} aria-label={t`Send again: ${at}`} onClick={onRetry}>
            <Trans>Send again</Trans>
          </Button>
        )
      }
    >
      <Text fw={500}>{title ? t(title) : event}</Text>
      <Text size="sm" c="dimmed">
        {at} · {t(deliveryState(message))}
        {attempts > 0 && ` · ${result}`}
      </Text>
    </Row>
  );
}
