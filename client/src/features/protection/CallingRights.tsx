import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type CallingLimits, type CallingLimitsChange, type Hours } from '~/api';
import { useMay } from '~/api/session';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useChanges } from '~/design/changes';
import { ErrorBar } from '~/design/ErrorBar';
import { POLL_INTERVAL_MS, useAllPages, useLoadFault } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { updatingChange } from '~/features/routing';
import { useReachTexts } from './texts';

interface CallingRightsProps {
  /** Number of the extension. */
  extension: string;
  tenant?: string;
}

/** Which numbers outside an extension may call, and when. Renders nothing for users who may not see it. */
export function CallingRights({ extension, tenant }: CallingRightsProps) {
  const { t } = useLingui();
  const reaches = useReachTexts();
  const changes = useChanges(['fraud']);
  const may = useMay();
  const limits = useQuery({
    queryKey: ['fraud', tenant, 'limits', extension],
    queryFn: async () => (await api.showCallingLimits({ query: { tenant, extension } })).data,
    refetchInterval: POLL_INTERVAL_MS,
    enabled: may('tenant_change'),
  });
  const fault = useLoadFault(limits);
  const hours = useAllPages<Hours>(['hours', tenant], (cursor) =>
    api.listHours({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  );
  if (!limits.data) return <ErrorBar fault={fault} retry={limits.refetch} />;
  const { version, reach, hours: during } = limits.data;
  const save = (after: CallingLimitsChange, before: CallingLimitsChange) =>
    changes.mutate(
      updatingChange({ version, before, after, message: t`The permissions are changed.` }, (change, headers) =>
        api.changeCallingLimits({ query: { tenant }, body: { ...change, extension }, headers }),
      ),
    );
  const isReach = (value: string): value is CallingLimits['reach'] => value in reaches;
  return (
    <Section
      title={t`Calls outside from ${extension}`}
      lead={<Trans>This applies to forwarded calls too. Emergency calls are always possible.</Trans>}
    >
      <ErrorNotice fault={changes.error} />
      <NativeSelect
        size="md"
        maw="var(--field-width)"
        label={t`Numbers that may be called`}
        disabled={changes.isPending}
        value={reach}
        onChange={({ currentTarget: { value } }) => isReach(value) && save({ reach: value }, { reach })}
        data={Object.entries(reaches).map(([value, label]) => ({ value, label }))}
      />
      <NativeSelect
        size="md"
        maw="var(--field-width)"
        label={t`When they may be called`}
        disabled={changes.isPending}
        value={during}
        onChange={({ currentTarget: { value } }) => save({ hours: value }, { hours: during })}
        data={[
          { value: '', label: t`At any time` },
          ...hours.items.map(({ name }) => ({ value: name, label: t`While ${name} is open` })),
        ]}
      />
    </Section>
  );
}
