import { Button, Group, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { formatAmount } from '~/design/money';
import { ErrorBar } from '~/design/ErrorBar';
import { InfoNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { EditCredit } from './EditCredit';
import { useCredit } from './useCosts';

interface CreditProps {
  tenant?: string;
  /** Only operators set limits. */
  operator: boolean;
}

/** How much the organisation may still spend on calls outside. Without a limit it is only shown to operators. */
export function Credit({ tenant, operator }: CreditProps) {
  const { t, i18n } = useLingui();
  const [editing, setEditing] = useState(false);
  const { data, error, refetch } = useCredit(tenant);
  const terms = data?.terms;
  if (!operator && data && !terms) return null;
  const amount = (micros: number | null | undefined) =>
    formatAmount(micros ?? 0, terms?.currency ?? 'EUR', i18n.locale);
  const available = data?.available ?? 0;
  return (
    <Section
      title={t`Credit`}
      lead={
        data &&
        (!terms ? (
          <Trans>No limit is set: calls outside are paid later.</Trans>
        ) : terms.prepaid ? (
          <Trans>Calls outside are paid in advance. Emergency calls are always possible.</Trans>
        ) : (
          <Trans>At most {amount(terms.limit)} may be owed. Emergency calls are always possible.</Trans>
        ))
      }
    >
      <ErrorBar fault={error} retry={refetch} />
      {terms && (
        <Group gap="xl">
          <Text>
            <Trans>
              Available: <b>{amount(data.available)}</b>
            </Trans>
          </Text>
          {data.reserved !== 0 && (
            <Text c="dimmed">
              <Trans>Reserved for calls in progress: {amount(data.reserved)}</Trans>
            </Text>
          )}
        </Group>
      )}
      {terms && available <= 0 && (
        <InfoNotice>
          <Trans>The credit is used up. Calls outside are refused until a payment is recorded.</Trans>
        </InfoNotice>
      )}
      {terms && available > 0 && available < (terms.warn_below ?? 0) && (
        <InfoNotice>
          <Trans>The credit is low. The administrators were notified.</Trans>
        </InfoNotice>
      )}
      {operator && data && (
        <div>
          <Button size="md" variant="default" onClick={() => setEditing(true)}>
            <Trans>Set the limit</Trans>
          </Button>
        </div>
      )}
      {editing && <EditCredit onClose={() => setEditing(false)} tenant={tenant} terms={terms ?? undefined} />}
    </Section>
  );
}
