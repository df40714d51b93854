import { Button, Center, SegmentedControl, Text } from '@mantine/core';
import { IconArchive, IconArrowBackUp, IconMicrophone2 } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Recording } from '~/api';
import { session } from '~/api/session';
import { ExpandableRow } from '~/design/ExpandableRow';
import { usePages } from '~/design/lists';
import { formatDuration, formatDateTime } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Rows } from '~/design/Rows';
import { useValue } from '~/core/store';
import { Player } from '~/features/player';
import { toEntry, type RecordingEntry } from './model';
import { fetchWaveform, fetchRecording } from './sound';

const QUERY_KEY = 'own-recordings';

/** Recordings of the user's own calls, newest first. */
export default function Recordings() {
  const { t } = useLingui();
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const [archived, setArchived] = useState(false);
  const queries = useQueryClient();
  const list = usePages<Recording>(
    [QUERY_KEY, archived],
    (cursor) => api.listRecordings({ query: { hidden: archived, cursor } }),
    {
      alwaysFresh: true,
    },
  );
  const toggleArchived = useMutation({
    mutationFn: (recording_id: string) =>
      archived ? api.restoreRecording({ path: { recording_id } }) : api.hideRecording({ path: { recording_id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: [QUERY_KEY] }),
  });
  const own = me?.extensions.map((each) => each.id) ?? [];
  // The list of an administrator contains all calls; show only their own.
  const shown = list.items.filter((each) => each.own).map((each) => toEntry(each, own));
  return (
    <Page title={t`Recordings`} back="/history">
      <SegmentedControl
        fullWidth
        size="md"
        mb="md"
        aria-label={t`Filter recordings`}
        value={archived ? 'archived' : 'active'}
        onChange={(value) => setArchived(value === 'archived')}
        data={[
          { value: 'active', label: t`Recordings` },
          { value: 'archived', label: t`Archived` },
        ]}
      />
      <ErrorNotice fault={list.fault ?? toggleArchived.error} />
      {shown.length > 0 ? (
        <Rows label={t`Recordings`}>
          {shown.map((each) => (
            <RecordingRow
              key={each.id}
              recording={each}
              archived={archived}
              onToggleArchived={() => toggleArchived.mutate(each.id)}
            />
          ))}
        </Rows>
      ) : (
        !list.fault &&
        !list.loadMore && (
          <Text c="dimmed" ta="center" py="xl" role="status">
            {!list.loaded ? (
              <Trans>Loading…</Trans>
            ) : archived ? (
              <Trans>The archive is empty. Archived items can be restored for a limited time.</Trans>
            ) : (
              <Trans>No recordings of your calls.</Trans>
            )}
          </Text>
        )
      )}
      {list.loadMore && (
        <Center mt="md">
          <Button variant="default" size="md" onClick={list.loadMore}>
            <Trans>More</Trans>
          </Button>
        </Center>
      )}
    </Page>
  );
}

function RecordingRow({
  recording,
  archived,
  onToggleArchived,
}: {
  recording: RecordingEntry;
  archived: boolean;
  onToggleArchived: () => void;
}) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  const displayNames = recording.others.map(({ erased, name, number }) =>
    erased ? t`Deleted person` : name || number || t`Withheld number`,
  );
  const names = displayNames.join(', ');
  const numbers = recording.others.filter((each) => each.name).map((each) => each.number);
  const gaps = recording.pauses.map(formatDuration).join(', ');
  return (
    <ExpandableRow
      icon={<IconMicrophone2 size={20} aria-hidden />}
      title={names}
      details={[formatDateTime(recording.created), formatDuration(Math.round(recording.seconds)), numbers.join(', ')]}
      open={open}
      onToggle={() => setOpen(!open)}
    >
      <Player
        label={t`Call with ${names}`}
        seconds={recording.seconds}
        load={() => fetchRecording(recording.id, 'own')}
        peaks={() => fetchWaveform(recording.id)}
      />
      {gaps && (
        <Text size="sm" c="dimmed" mt="xs">
          <Trans>Paused at {gaps}.</Trans>
        </Text>
      )}
      <Button
        size="md"
        variant="default"
        mt="sm"
        leftSection={archived ? <IconArrowBackUp size={18} aria-hidden /> : <IconArchive size={18} aria-hidden />}
        onClick={onToggleArchived}
      >
        {archived ? <Trans>Restore</Trans> : <Trans>Archive</Trans>}
      </Button>
    </ExpandableRow>
  );
}
