import { Badge, Button, Group, Text } from '@mantine/core';
import { IconArchive, IconArrowBackUp, IconMail, IconMailOpened, IconPhone, IconTrash } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { ExpandableRow } from '~/design/ExpandableRow';
import { formatDuration, formatDateTime } from '~/design/dates';
import { useValue } from '~/core/store';
import { startCall } from '~/features/call';
import { Player } from '~/features/player';
import { ownVoicemail, fetchWaveform, fetchMessage } from './own-voicemail';
import { confirmErase } from './erase-dialog';
import type { VoicemailEntry } from './model';

/** One message: caller, time, length; expanded with player and actions. */
export function MessageRow({ message, showExtension }: { message: VoicemailEntry; showExtension: boolean }) {
  const { t } = useLingui();
  const open = useValue(ownVoicemail.state, (each) => each.open === message.id);
  const name = message.erased ? t`Deleted person` : message.name || message.number || t`Withheld number`;
  const StateIcon = message.unheard ? IconMail : IconMailOpened;
  const details = [
    formatDateTime(message.created.toISOString()),
    formatDuration(Math.round(message.seconds)),
    message.name && message.number,
    showExtension && t`for ${message.extension}`,
  ];
  return (
    <ExpandableRow
      icon={
        <StateIcon size={20} color={message.unheard ? 'var(--mantine-primary-color-filled)' : undefined} aria-hidden />
      }
      title={name}
      details={details}
      emphasized={message.unheard}
      badge={
        message.unheard && (
          <Badge variant="light" size="lg">
            <Trans>New</Trans>
          </Badge>
        )
      }
      open={open}
      onToggle={() => ownVoicemail.setOpen(open ? undefined : message.id)}
    >
      <Player
        label={t`Message from ${name}`}
        seconds={message.seconds}
        load={() => fetchMessage(message.id)}
        peaks={() => fetchWaveform(message)}
        onStarted={() => void (message.unheard && ownVoicemail.mark(message.id, true))}
      />
      {message.transcript && (
        <Text mt="xs" lang={message.transcript.language}>
          {message.transcript.text}
        </Text>
      )}
      <MessageActions message={message} />
    </ExpandableRow>
  );
}

function MessageActions({ message }: { message: VoicemailEntry }) {
  const { t } = useLingui();
  const archived = useValue(ownVoicemail.state, (each) => each.folder === 'archived');
  const erase = async () => {
    if (await confirmErase(t, message.mailed)) await ownVoicemail.erase(message.id);
  };
  return (
    <Group gap="xs" mt="sm">
      {message.number && (
        <Button
          size="md"
          leftSection={<IconPhone size={18} aria-hidden />}
          onClick={() => void startCall(message.number, { name: message.name || undefined })}
        >
          <Trans>Call back</Trans>
        </Button>
      )}
      {archived ? (
        <>
          <Button
            size="md"
            variant="default"
            leftSection={<IconArrowBackUp size={18} aria-hidden />}
            onClick={() => void ownVoicemail.restore(message.id)}
          >
            <Trans>Restore</Trans>
          </Button>
          <Button
            size="md"
            variant="light"
            color="red"
            leftSection={<IconTrash size={18} aria-hidden />}
            onClick={() => void erase()}
          >
            <Trans>Erase permanently</Trans>
          </Button>
        </>
      ) : (
        <>
          <Button size="md" variant="default" onClick={() => void ownVoicemail.mark(message.id, message.unheard)}>
            {message.unheard ? <Trans>Mark as heard</Trans> : <Trans>Mark as new</Trans>}
          </Button>
          <Button
            size="md"
            variant="default"
            leftSection={<IconArchive size={18} aria-hidden />}
            onClick={() => void ownVoicemail.archive(message.id)}
          >
            <Trans>Archive</Trans>
          </Button>
        </>
      )}
    </Group>
  );
}
