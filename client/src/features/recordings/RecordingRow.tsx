import { Button, Group, Text } from '@mantine/core';
import { IconArchive, IconArrowBackUp, IconCircleFilled, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Avatar } from '~/design/Avatar';
import { api } from '~/api';
import { confirmAction } from '~/design/Confirm';
import { ExpandableRow } from '~/design/ExpandableRow';
import { formatDuration, formatDateTime } from '~/design/dates';
import { reloadLists } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { useNumberFormat } from '~/features/phone-numbers';
import { Player } from '~/features/player';
import { StepUp, StepUpDialog } from '~/features/settings';
import { phone } from '~/sip';
import { QUERY_KEY } from './own-recordings';
import { RecordedVideo } from './RecordedVideo';
import { fetchWaveform, fetchRecording } from './sound';
import type { RecordingEntry } from './model';

interface RecordingRowProps {
  recording: RecordingEntry;
  archived?: boolean;
}

/** One recorded call; expanded it plays, and shows consents and pauses. */
export function RecordingRow({ recording, archived = false }: RecordingRowProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const formatted = useNumberFormat();
  const [open, setOpen] = useState(false);
  const refresh = () => reloadLists(queries, [QUERY_KEY]);
  const toggleArchived = useMutation({
    mutationFn: (recording_id: string) =>
      archived ? api.restoreRecording({ path: { recording_id } }) : api.hideRecording({ path: { recording_id } }),
    onSettled: refresh,
  });
  const [stepUp] = useState(() => new StepUp());
  const erase = useMutation({
    mutationFn: (recording_id: string) => stepUp.run(() => api.eraseRecording({ path: { recording_id } })),
    onSettled: refresh,
  });
  async function confirmAndErase() {
    const confirmed = await confirmAction({
      title: t`Erase this recording permanently?`,
      text: t`The recording and its participants are erased for everyone. This cannot be undone, not even from a backup.`,
      confirmLabel: t`Erase`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) erase.mutate(recording.id);
  }
  const names = recording.others
    .map(({ erased, name, number }) => (erased ? t`Deleted person` : name || formatted(number) || t`Withheld number`))
    .join(', ');
  return (
    <ExpandableRow
      icon={
        <Avatar
          name={recording.others[0]?.name ?? ''}
          presence={<IconCircleFilled size={12} color="var(--mantine-color-red-7)" />}
        />
      }
      title={names}
      details={[formatDateTime(recording.created), formatDuration(Math.round(recording.seconds))]}
      open={open}
      onToggle={() => setOpen(!open)}
    >
      {recording.video ? (
        <RecordedVideo recording={recording.id} label={t`Video with ${names}`} purpose="own" />
      ) : (
        <Player
          label={t`Call with ${names}`}
          seconds={recording.seconds}
          load={() => fetchRecording(recording.id, 'own')}
          peaks={() => fetchWaveform(recording.id)}
          autoPlay={phone.state.state.calls.every((each) => each.ended)}
        />
      )}
      <RecordingFacts recording={recording} />
      <ErrorNotice fault={toggleArchived.error ?? erase.error} />
      <StepUpDialog proof={stepUp} />
      <Group mt="sm">
        <Button
          size="md"
          variant="default"
          leftSection={archived ? <IconArrowBackUp size={18} aria-hidden /> : <IconArchive size={18} aria-hidden />}
          loading={toggleArchived.isPending}
          onClick={() => toggleArchived.mutate(recording.id)}
        >
          {archived ? <Trans>Restore</Trans> : <Trans>Archive</Trans>}
        </Button>
        {archived && (
          <Button
            size="md"
            variant="outline"
            color="red.9"
            leftSection={<IconTrash size={18} aria-hidden />}
            loading={erase.isPending}
            onClick={() => void confirmAndErase()}
          >
            <Trans>Erase</Trans>
          </Button>
        )}
      </Group>
    </ExpandableRow>
  );
}

/** Consents and pauses, one line each. */
function RecordingFacts({ recording: { consent, pauses } }: { recording: RecordingEntry }) {
  const { t, i18n } = useLingui();
  const reasons = {
    paused: (time: string) => t`Paused at ${time}.`,
    keys: (time: string) => t`Paused at ${time} (keys were pressed).`,
    card: (time: string) => t`Paused at ${time} (payment data).`,
    joining: (time: string) => t`Paused at ${time} (a person joined).`,
    gap: (time: string) => t`Sound is missing at ${time}.`,
  };
  return (
    <Text size="sm" c="dimmed" mt="xs" component="div">
      {consent && <div>{consentText(consent)}</div>}
      {pauses.map(({ at, reason }) => (
        <div key={at}>{reasons[reason](formatDuration(at))}</div>
      ))}
    </Text>
  );

  function consentText({ how, at, parties }: NonNullable<RecordingEntry['consent']>): string {
    const time = i18n.date(at, { timeStyle: 'short' });
    if (how === 'agreed') return parties === 2 ? t`Both agreed at ${time}.` : t`Everyone agreed by ${time}.`;
    return parties === 2 ? t`Both were told at ${time}.` : t`Everyone was told by ${time}.`;
  }
}
