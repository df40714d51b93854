import { Badge, Button } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type FraudStop } from '~/api';
import { useChanges } from '~/design/changes';
import { confirmAction } from '~/design/Confirm';
import { formatDateTime } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';
import { useStopTexts } from './texts';
import { useFraud } from './useFraud';

/** Calls outside that were stopped in the last 30 days, and how to release them. */
export function Stops({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const texts = useStopTexts();
  const { data, error, refetch } = useFraud(tenant);
  const changes = useChanges(['fraud']);
  const release = async (stop: FraudStop) => {
    const confirmed = await confirmAction({
      title: t`Allow these calls again?`,
      text: `${texts.scope(stop)}: ${texts.reason(stop)}`,
      confirmLabel: t`Release`,
      cancelLabel: t`Cancel`,
      dangerous: false,
    });
    if (confirmed)
      changes.mutate({
        apply: () => api.releaseStop({ path: { stop: stop.id }, query: { tenant } }),
        message: t`The stop is released.`,
      });
  };
  const columns: Column<FraudStop>[] = [
    { title: t`Stopped`, render: (stop) => texts.scope(stop) },
    {
      title: t`State`,
      card: 'aside',
      render: ({ active, released }) => (
        <Badge variant="dot" miw="max-content" color={active ? 'red' : 'gray'}>
          {active ? t`stopped` : released ? t`released` : t`ended`}
        </Badge>
      ),
    },
    { title: t`Reason`, render: texts.reason },
    { title: t`Since`, render: ({ created }) => formatDateTime(created) },
    {
      title: t`Until`,
      card: 'none',
      render: ({ until, released }) => {
        const end = released ?? until;
        return end ? formatDateTime(end) : t`released by hand`;
      },
    },
  ];
  return (
    <Section
      title={t`Stopped calls`}
      lead={<Trans>Limits stop calls outside by themselves. Emergency calls are never stopped.</Trans>}
    >
      <ErrorNotice fault={changes.error} />
      <DataTable<FraudStop>
        label={t`Stops`}
        list={{
          items: data?.stops ?? [],
          loaded: data !== undefined,
          fault: error,
          retry: () => void refetch(),
        }}
        columns={columns}
        actions={(stop) =>
          stop.active && (
            <Button
              size="xs"
              variant="default"
              aria-label={t`Release: ${texts.scope(stop)}`}
              onClick={() => void release(stop)}
            >
              <Trans>Release</Trans>
            </Button>
          )
        }
        empty={<EmptyState icon={IconShieldCheck} text={<Trans>Nothing was stopped in the last 30 days.</Trans>} />}
      />
    </Section>
  );
}
