import { Select, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { formatDuration } from '~/design/dates';
import { ChoiceFaults } from '~/design/ChoiceFaults';
import { ErrorBar } from '~/design/ErrorBar';
import { useLoadFault } from '~/design/lists';
import { Page } from '~/design/Page';
import { CallsByHour, CallsChart, total } from '~/features/home';
import { PERIODS, periodOf, reportOf, type PeriodDays } from './model';
import { ExtensionReports } from './ExtensionReports';
import { QueueReports } from './QueueReports';
import { ReportEmails } from './ReportEmails';
import { UsageReports } from './UsageReports';
import css from './call-reports.module.css';

/** Calls by hour, day, queue and extension, and the recipients of these figures. */
export default function CallReports() {
  const { t, i18n } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const [days, setDays] = useState<PeriodDays>(30);
  const now = new Date();
  const period = periodOf(days, now);
  const { data, error, errorUpdatedAt, refetch } = useQuery({
    queryKey: ['statistics', tenant, period],
    queryFn: async () => (await api.showCallStatistics({ query: { tenant, ...period } })).data,
  });
  const fault = useLoadFault({ data, error, errorUpdatedAt });
  const report = data && reportOf(data.hours, days, now);
  const answer = data?.median_answer_seconds;
  const seconds = i18n.number(answer ?? 0, { maximumFractionDigits: 1 });
  const figures = [
    { name: t`Calls`, value: report && i18n.number(total(report.all)) },
    {
      name: t`Answered by a person`,
      value: report && (report.answeredPercent === undefined ? '–' : `${report.answeredPercent} %`),
    },
    { name: t`Time to answer (median)`, value: report && (answer == null ? '–' : t`${seconds} s`) },
    { name: t`Talk time`, value: report && formatDuration(report.talkSeconds) },
  ];
  const empty = <Trans>No calls in this period.</Trans>;
  return (
    <Page
      title={t`Reports`}
      size="xl"
      actions={
        <Select
          size="md"
          aria-label={t`Period`}
          allowDeselect={false}
          data={PERIODS.map((each) => ({ value: String(each), label: t`Last ${each} days` }))}
          value={String(days)}
          onChange={(value) => setDays(Number(value) as PeriodDays)}
          w={180}
        />
      }
    >
      <ErrorBar fault={fault} retry={() => void refetch()} />
      <ChoiceFaults />
      {(report || !fault) && (
        <>
          <dl className={css.figures}>
            {figures.map(({ name, value }) => (
              <div key={name} className={css.figure}>
                <dt>{name}</dt>
                <dd>{value ?? <Skeleton height={34} width={80} />}</dd>
              </div>
            ))}
          </dl>
          <CallsByHour caption={t`Calls of the period by hour of the day`} hours={report?.hours} empty={empty} />
          <CallsChart
            title={t`Calls by day`}
            caption={t`Calls by day`}
            heading={t`Day`}
            rows={report?.days.map(({ date, ...count }) => ({
              label: i18n.date(date, { day: 'numeric', month: 'numeric' }),
              ...count,
            }))}
            empty={empty}
          />
        </>
      )}
      <QueueReports tenant={tenant} period={period} />
      <ExtensionReports tenant={tenant} period={period} />
      <UsageReports tenant={tenant} />
      <ReportEmails tenant={tenant} />
    </Page>
  );
}
