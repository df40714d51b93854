import { Button, List, Select, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Recording } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { confirmAction } from '~/design/Confirm';
import { usePages } from '~/design/lists';
import { formatDuration, formatDateTime } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Table } from '~/design/Table';
import { useValue } from '~/core/store';
import { Player } from '~/features/player';
import { ExtensionRecordingPolicy, TenantRecordingPolicy } from './RecordingPolicy';
import { fetchWaveform, fetchRecording, type Purpose } from './sound';

const useRecordings = (tenant?: string) =>
  usePages<Recording>(['recordings', tenant], (cursor) => api.listRecordings({ query: { tenant, cursor } }));

/** Recorded calls, their access log, and the recording policy. */
export default function PortalRecordings() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const queries = useQueryClient();
  const list = useRecordings(tenant);
  const settingsKey = ['recording-settings', tenant];
  const settings = useQuery({
    queryKey: settingsKey,
    queryFn: async () => (await api.showRecordingSettings({ query: { tenant } })).data,
  });
  const erase = useMutation({
    mutationFn: (one: Recording) => api.eraseRecording({ path: { recording_id: one.id }, query: { tenant } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['recordings'] }),
  });

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
    modals.open({
      title: t`Recording from ${formatDateTime(one.created)}`,
      children: <ListenDialog opened={one} tenant={tenant} />,
    });
  }

  return (
    <Page title={t`Recordings`} size="lg">
      <ErrorNotice fault={settings.error ?? list.fault ?? erase.error} />
      {settings.data && <TenantRecordingPolicy tenant={tenant} settings={settings.data} settingsKey={settingsKey} />}
      {/* Render later, to avoid a layout shift under the pointer. */}
      {!settings.isPending && <ExtensionRecordingPolicy tenant={tenant} />}
      <Table
        label={t`Recordings`}
        list={list}
        columns={[
          { title: t`Date`, render: (one) => formatDateTime(one.created) },
          { title: t`Length`, numeric: true, render: (one) => formatDuration(Math.round(one.seconds)) },
          { title: t`Started`, render: (one) => (one.begun === 'automatic' ? t`Automatic` : t`On demand`) },
          {
            title: t`Pauses`,
            numeric: true,
            render: (one) => one.marks.filter((each) => each.kind !== 'resumed').length,
          },
        ]}
        actions={(one) => (
          <>
            <Button
              size="xs"
              variant="default"
              aria-label={t`Access log of the recording from ${formatDateTime(one.created)}`}
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
        empty={<Trans>No recordings.</Trans>}
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
      <ErrorNotice fault={error} />
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
      {recording.listen && purpose && (
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
