import { Button, Text } from '@mantine/core';
import { IconMailOff } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type UndeliverableAddress } from '~/api';
import { useChanges } from '~/design/changes';
import { formatDate } from '~/design/dates';
import { usePages } from '~/design/lists';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Row, Rows } from '~/design/Rows';
import { Section } from '~/design/Section';

/** Addresses of users that do not work; nothing if there are none. */
export function Undeliverable({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const { items, fault, retry } = usePages<UndeliverableAddress>(['undeliverable', tenant], () =>
    api.listUndeliverableAddresses({ query: { tenant } }),
  );
  const changes = useChanges(['undeliverable']);
  const clear = ({ id, address }: UndeliverableAddress) =>
    changes.mutate({
      apply: () => api.clearUndeliverableAddress({ path: { address: id }, query: { tenant } }),
      deletes: id,
      message: t`${address} counts as working.`,
    });
  if (items.length === 0 && !fault) return null;
  return (
    <Section
      title={t`Addresses that do not work`}
      lead={<Trans>Mail servers have rejected these addresses of users permanently. Campaigns skip them.</Trans>}
    >
      <ErrorBar fault={fault} retry={retry} />
      <ErrorNotice fault={changes.error} />
      <Rows>
        {items.map((each) => (
          <Row
            key={each.id}
            icon={<IconMailOff size={20} aria-hidden />}
            trailing={
              <Button
                size="xs"
                variant="default"
                aria-label={t`It works again: ${each.address}`}
                onClick={() => clear(each)}
              >
                <Trans>It works again</Trans>
              </Button>
            }
          >
            <Text fw={500} style={{ overflowWrap: 'anywhere' }}>
              <bdi>{each.address}</bdi>
            </Text>
            <Text size="sm" c="dimmed">
              {formatDate(each.at)} · {each.status}
            </Text>
          </Row>
        ))}
      </Rows>
    </Section>
  );
}
