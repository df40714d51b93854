import { Button, List, Select, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Recording } from '~/api';
import { organisation } from '~/api/organisation';
import { ask } from '~/design/Ask';
import { usePages } from '~/design/lists';
import { duration, moment } from '~/design/moments';
import { Fault } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Table } from '~/design/Table';
import { useValue } from '~/kernel/store';
import { Player } from '~/rooms/player';
import { ExtensionChoice, OrganisationChoice } from './Choices';
import { peaksOf, soundOf, type Purpose } from './sound';

const useRecordings = (tenant?: string) =>
  usePages<Recording>(['recordings', tenant], (cursor) => api.listRecordings({ query: { tenant, cursor } }));

/** Which calls were recorded, who listened to them, and how the organisation records. */
export default function PortalRecordings() {
  const { t } = useLingui();
  const tenant = useValue(organisation, (each) => each.chosen?.id);
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

  async function askAndErase(one: Recording) {
    const sure = await ask({
      title: t`Erase this recording for good?`,
      text: t`What was said and who said it are gone for everybody. Nothing brings them back, no backup either.`,
      yes: t`Erase`,
      no: t`Keep`,
    });
    if (sure) erase.mutate(one);
  }

  function show(one: Recording) {
    modals.open({
      title: t`Recording of ${moment(one.created)}`,
      children: <Listening opened={one} tenant={tenant} />,
    });
  }

  return (
    <Page title={t`Recordings`} size="lg">
      <Fault fault={settings.error ?? list.fault ?? erase.error} />
      {settings.data && <OrganisationChoice tenant={tenant} settings={settings.data} settingsKey={settingsKey} />}
      {/* Not before: it would be pushed down under the hand that opens it. */}
      {!settings.isPending && <ExtensionChoice tenant={tenant} />}
      <Table
        label={t`Recordings`}
        list={list}
        columns={[
          { title: t`When`, show: (one) => moment(one.created) },
          { title: t`Length`, numeric: true, show: (one) => duration(Math.round(one.seconds)) },
          { title: t`Begun`, show: (one) => (one.begun === 'automatic' ? t`by itself` : t`by somebody in the call`) },
          {
            title: t`Pauses`,
            numeric: true,
            show: (one) => one.marks.filter((each) => each.kind !== 'resumed').length,
          },
        ]}
        actions={(one) => (
          <>
            <Button
              size="xs"
              variant="default"
              aria-label={t`Who listened to the recording of ${moment(one.created)}`}
              onClick={() => show(one)}
            >
              {one.listen ? <Trans>Listen</Trans> : <Trans>Who listened</Trans>}
            </Button>
            <Button
              size="xs"
              variant="default"
              aria-label={t`Erase the recording of ${moment(one.created)}`}
              onClick={() => void askAndErase(one)}
            >
              <Trans>Erase</Trans>
            </Button>
          </>
        )}
        empty={<Trans>No call was recorded.</Trans>}
      />
    </Page>
  );
}

/** Who listened to one; and, where that is allowed, the sound, once it is said what for. */
function Listening({ opened, tenant }: { opened: Recording; tenant?: string }) {
  const { t } = useLingui();
  // Whether it may be listened to can change while this is open.
  const recording = useRecordings(tenant).items.find((each) => each.id === opened.id) ?? opened;
  const [purpose, choose] = useState<Purpose | null>(recording.own ? 'own' : null);
  const purposes: Record<Purpose, string> = {
    own: t`one’s own call`,
    quality: t`quality`,
    complaint: t`a complaint`,
    legal: t`a legal duty`,
  };
  const { data, error, refetch } = useQuery({
    queryKey: ['recordings', tenant, recording.id, 'listens'],
    queryFn: async () =>
      (await api.listListens({ path: { recording_id: recording.id }, query: { tenant } })).data.items,
    staleTime: 0,
  });
  return (
    <>
      <Fault fault={error} />
      {recording.listen && !recording.own && (
        <Select
          mb="sm"
          label={t`What do you listen for?`}
          description={t`It is noted, and those in the call can see it.`}
          value={purpose}
          onChange={(value) => choose(value as Purpose | null)}
          data={Object.entries(purposes)
            .filter(([value]) => value !== 'own')
            .map(([value, label]) => ({ value, label }))}
        />
      )}
      {recording.listen && purpose && (
        <Player
          key={purpose}
          label={t`Recording of ${moment(recording.created)}`}
          seconds={recording.seconds}
          load={() => soundOf(recording.id, purpose, tenant)}
          peaks={() => peaksOf(recording.id, tenant)}
          begun={() => void refetch()}
        />
      )}
      {data && data.length > 0 ? (
        <List mt="sm" aria-label={t`Who listened`}>
          {data.map(({ moment: when, purpose: why, who }) => (
            <List.Item key={when}>
              {[moment(when), who ?? t`An erased person`, purposes[why as Purpose]].join(' · ')}
            </List.Item>
          ))}
        </List>
      ) : (
        data && (
          <Text c="dimmed" mt="sm">
            <Trans>Nobody has listened to it.</Trans>
          </Text>
        )
      )}
    </>
  );
}
