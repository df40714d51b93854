import { Badge, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconClockHour4 } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type CallRecord, type Extension } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages, usePages } from '~/design/lists';
import { formatDuration, formatDateTime } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { Page } from '~/design/Page';
import { DataTable, EMPTY_VIEW, type Column } from '~/design/table';
import { useValue } from '~/core/store';
import { CallDrawer } from './CallDrawer';
import { extensionOf, rangeOf, type Period } from './filters';
import { isTestCall } from './message';
import { OUTCOMES, outcomeOf, worstMos } from './outcomes';
import { calledParty, PartyName, usePartyText } from './PartyName';
import { TestBadge } from './TestBadge';

const POLL_MS = 15_000;
const ONE_DIGIT = { minimumFractionDigits: 1, maximumFractionDigits: 1 };

/** All calls of the tenant, newest first, filtered by colleague, outcome and period. */
export default function CallRecords() {
  const { t, i18n } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const [view, setView] = useState(EMPTY_VIEW);
  const [period, setPeriod] = useState<Period>('all');
  const [opened, setOpened] = useState<CallRecord>();
  const [settled] = useDebouncedValue(view, 300);
  const partyText = usePartyText();
  const extensions = useAllPages<Extension>(['extensions', tenant], (cursor) =>
    api.listExtensions({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  );
  const extension = extensionOf(settled, extensions.items);
  const outcome = (settled.filters.outcome ?? []) as CallRecord['outcome'][];
  const list = usePages<CallRecord>(
    ['history', tenant, outcome, extension === null ? null : extension?.id, period],
    async (cursor) =>
      extension === null
        ? { data: { items: [], next: null } }
        : api.listHistory({
            query: { tenant, cursor, outcome, extension: extension?.id, ...rangeOf(period, new Date()) },
          }),
    { pollMs: POLL_MS },
  );
  const columns: Column<CallRecord>[] = [
    {
      title: t`Date`,
      card: 'aside',
      render: (call) => formatDateTime(call.started),
      value: (call) => call.started,
    },
    {
      title: t`From`,
      card: 'title',
      render: (call) => <PartyName party={call.parties[0]} />,
      value: (call) => partyText(call.parties[0]),
    },
    {
      title: t`To`,
      render: (call) => <PartyName party={calledParty(call)} />,
      value: (call) => [calledParty(call), ...call.parties.slice(2)].map(partyText).join(', '),
    },
    {
      title: t`Outcome`,
      render: (call) => (
        <>
          <Badge variant="dot" color={outcomeOf(call).colour}>
            {i18n._(outcomeOf(call).text)}
          </Badge>
          {isTestCall(call) && <TestBadge />}
        </>
      ),
      value: (call) => {
        const outcome = i18n._(outcomeOf(call).text);
        return isTestCall(call) ? t`${outcome}, test call` : outcome;
      },
    },
    {
      title: t`Duration`,
      numeric: true,
      render: (call) => call.answered && formatDuration(call.talk_seconds),
      value: (call) => call.talk_seconds,
    },
    {
      title: t`Quality`,
      numeric: true,
      card: 'none',
      render: (call) => {
        const mos = worstMos(call);
        return mos === undefined ? '–' : i18n.number(mos, ONE_DIGIT);
      },
      value: worstMos,
    },
  ];
  const periods: { value: Period; label: string }[] = [
    { value: 'all', label: t`All time` },
    { value: 'today', label: t`Today` },
    { value: 'yesterday', label: t`Yesterday` },
    { value: 'week', label: t`Last 7 days` },
    { value: 'month', label: t`Last 30 days` },
  ];
  return (
    <Page title={t`History`} size="xl">
      <DataTable
        label={t`History`}
        list={list}
        columns={columns}
        filters={[
          {
            id: 'outcome',
            title: t`Outcome`,
            options: Object.entries(OUTCOMES).map(([value, { text }]) => ({ value, label: i18n._(text) })),
          },
        ]}
        remote={{ view, onView: setView }}
        tools={
          <Select
            aria-label={t`Period`}
            data={periods}
            value={period}
            allowDeselect={false}
            onChange={(value) => setPeriod(value as Period)}
            w={190}
          />
        }
        onOpen={setOpened}
        exportable
        empty={
          <EmptyState
            icon={IconClockHour4}
            text={
              period === 'all' ? (
                <Trans>No call yet. Each call of the organisation is listed here once it has ended.</Trans>
              ) : (
                <Trans>No calls in this period.</Trans>
              )
            }
          />
        }
      />
      <CallDrawer call={opened} tenant={tenant} onClose={() => setOpened(undefined)} />
    </Page>
  );
}
