import { Button, List, Select, Text } from '@mantine/core';
import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconPlayerRecord, IconSettings } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type CallRecord, type Recording } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { confirmAction } from '~/design/Confirm';
import { usePages } from '~/design/lists';
import { formatDuration, formatDateTime } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { DataTable } from '~/design/table';
import { useValue } from '~/core/store';
import { openDialog } from '~/design/dialogs';
import { usePartyText, useShownParty } from '~/features/call-records';
import { Player } from '~/features/player';
import { StepUp, StepUpDialog } from '~/features/settings';
import { RecordedVideo } from './RecordedVideo';
import { fetchWaveform, fetchRecording, type Purpose } from './sound';

/** Call records fetched by one request. */
const CALLS_AT_ONCE = 100;

const useRecordings = (tenant?: string) =>
  usePages<Recording>(['recordings', tenant], (cursor) =>
    api.listRecordings({ query: { tenant, cursor, limit: CALLS_AT_ONCE } }),
  );

/** The call records of listed recordings, by call id: they name the participants. */
function useCalls(recordings: Recording[], tenant?: string): Map<string, CallRecord> {
  const ids = [...new Set(recordings.map(({ call_id }) => call_id))];
  const pages = Array.from({ length: Math.ceil(ids.length / CALLS_AT_ONCE) }, (_, index) =>
    ids.slice(index * CALLS_AT_ONCE, (index + 1) * CALLS_AT_ONCE),
  );
  const results = useQueries({
    queries: pages.map((call) => ({
      queryKey: ['history', tenant, 'calls', call],
      queryFn: async () => (await api.listHistory({ query: { tenant, call, limit: CALLS_AT_ONCE } })).data.items,
    })),
  });
  return new Map(results.flatMap(({ data }) => data ?? []).map((call) => [call.id, call]));
}

/** Recorded calls and their access log. */
export default function PortalRecordings() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const queries = useQueryClient();
  const list = useRecordings(tenant);
  const calls = useCalls(list.items, tenant);
  const [partyText, shownParty] = [usePartyText(), useShownParty()];
  const [stepUp] = useState(() => new StepUp());
  const erase = useMutation({
    mutationFn: (one: Recording) =>
      stepUp.run(() => api.eraseRecording({ path: { recording_id: one.id }, query: { tenant } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['recordings'] }),
  });
  const names = (one: Recording, text = shownParty) => (calls.get(one.call_id)?.parties ?? []).map(text).join(' → ');
  const consent = ({ parties }: Recording) => {
    const agreed = parties.filter((each) => each.consented).length;
    return agreed === parties.length ? t`All parties agreed` : t`${agreed} of ${parties.length} agreed`;
  };

  async function confirmAndErase(one: Recording) {
    const confirmed = await confirmAction({
      title: t`Erase this recording permanently?`,
      text: t`The recording and its participants are erased for everyone. This cannot be undone, not even from a backup.`,
      confirmLabel: t`Erase`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) erase.mutate(one);
  }

  function show(one: Recording) {
    openDialog({
      title: t`Recording from ${formatDateTime(one.created)}`,
      children: <ListenDialog opened={one} tenant={tenant} />,
    });
  }

  return (
    <Page
      title={t`Recordings`}
      size="xl"
      actions={
        <Button
          component={Link}
          to="/recordings/policy"
          variant="default"
          leftSection={<IconSettings size={16} aria-hidden />}
        >
          <Trans>Recording policy</Trans>
        </Button>
      }
    >
      <ErrorNotice fault={erase.error} />
      <StepUpDialog proof={stepUp} />
      <DataTable
        label={t`Recordings`}
        list={list}
        columns={[
          {
            title: t`Participants`,
            render: (one) => names(one) || t`Erased call`,
            value: (one) => names(one, partyText),
          },
          {
            title: t`Date`,
            card: 'aside',
            render: (one) => formatDateTime(one.created),
            value: (one) => one.created,
          },
          {
            title: t`Length`,
            numeric: true,
            render: (one) => formatDuration(Math.round(one.seconds)),
            value: (one) => one.seconds,
          },
          { title: t`Consent`, render: consent, value: consent },
          {
            title: t`Started`,
            card: 'none',
            render: (one) => (one.begun === 'automatic' ? t`Automatic` : t`On demand`),
          },
          {
            title: t`Pauses`,
            numeric: true,
            card: 'none',
            optional: true,
            render: (one) => one.marks.filter((each) => each.kind !== 'resumed').length,
          },
        ]}
        actions={(one) => (
          <>
            <Button
              size="xs"
              variant="default"
              aria-label={
                one.listen
                  ? t`Listen to the recording from ${formatDateTime(one.created)}`
                  : t`Access log of the recording from ${formatDateTime(one.created)}`
              }
              onClick={() => show(one)}
            >
              {one.listen ? <Trans>Listen</Trans> : <Trans>Access log</Trans>}
            </Button>
            <Button
              size="xs"
              variant="default"
              aria-label={t`Erase the recording from ${formatDateTime(one.created)}`}
              onClick={() => void confirmAndErase(one)}
            >
              <Trans>Erase</Trans>
            </Button>
          </>
        )}
        empty={
          <EmptyState
            icon={IconPlayerRecord}
            text={<Trans>No recordings yet. The recording rules decide which calls are recorded.</Trans>}
          />
        }
      />
    </Page>
  );
}

/** Access log of a recording and, where allowed, the player after a purpose was selected. */
function ListenDialog({ opened, tenant }: { opened: Recording; tenant?: string }) {
  const { t } = useLingui();
  // The permission to listen may change while this is open.
  const recording = useRecordings(tenant).items.find((each) => each.id === opened.id) ?? opened;
  const [purpose, setPurpose] = useState<Purpose | null>(recording.own ? 'own' : null);
  const purposes: Record<Purpose, string> = {
    own: t`Own call`,
    quality: t`Quality control`,
    complaint: t`Complaint`,
    legal: t`Legal requirement`,
  };
  const { data, error, refetch } = useQuery({
    queryKey: ['recordings', tenant, recording.id, 'listens'],
    queryFn: async () =>
      (await api.listListens({ path: { recording_id: recording.id }, query: { tenant } })).data.items,
    staleTime: 0,
  });
  return (
    <>
      <ErrorBar fault={error} retry={refetch} />
      {recording.listen && !recording.own && (
        <Select
          mb="sm"
          label={t`Purpose`}
          description={t`Access is logged and visible to the participants.`}
          value={purpose}
          onChange={(value) => setPurpose(value as Purpose | null)}
          data={Object.entries(purposes)
            .filter(([value]) => value !== 'own')
            .map(([value, label]) => ({ value, label }))}
        />
      )}
      {recording.listen && purpose && recording.video && (
        <RecordedVideo
          key={purpose}
          recording={recording.id}
          label={t`Video from ${formatDateTime(recording.created)}`}
          purpose={purpose}
          tenant={tenant}
          onStarted={() => void refetch()}
        />
      )}
      {recording.listen && purpose && !recording.video && (
        <Player
          key={purpose}
          label={t`Recording from ${formatDateTime(recording.created)}`}
          seconds={recording.seconds}
          load={() => fetchRecording(recording.id, purpose, tenant)}
          peaks={() => fetchWaveform(recording.id, tenant)}
          onStarted={() => void refetch()}
        />
      )}
      {data && data.length > 0 ? (
        <List mt="sm" aria-label={t`Access log`}>
          {data.map(({ moment: when, purpose: why, who }) => (
            <List.Item key={when}>
              {[formatDateTime(when), who ?? t`Deleted person`, purposes[why as Purpose]].join(' · ')}
            </List.Item>
          ))}
        </List>
      ) : (
        data && (
          <Text c="dimmed" mt="sm">
            <Trans>No access yet.</Trans>
          </Text>
        )
      )}
    </>
  );
}
