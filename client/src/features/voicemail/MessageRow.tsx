import { Badge, Button, Group, Text } from '@mantine/core';
import { IconArchive, IconArrowBackUp, IconPhone, IconRecordMail, IconTrash } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Avatar } from '~/design/Avatar';
import { ExpandableRow } from '~/design/ExpandableRow';
import { formatDuration, formatShortDateTime } from '~/design/dates';
import { useValue } from '~/core/store';
import { useContactName } from '~/features/contact-names';
import { useNumberFormat } from '~/features/phone-numbers';
import { Player } from '~/features/player';
import { phone } from '~/sip';
import { MessageFile } from './MessageFile';
import { ownVoicemail, fetchWaveform, fetchMessage } from './own-voicemail';
import type { VoicemailEntry } from './model';
import { useMessageActions } from './useMessageActions';

interface MessageRowProps {
  message: VoicemailEntry;
  showExtension?: boolean;
}

/** One message: caller, time, length; expanded it plays and has actions. */
export function MessageRow({ message, showExtension = false }: MessageRowProps) {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  const open = useValue(ownVoicemail.state, (each) => each.open === message.id);
  const known = useContactName(message.erased ? undefined : message.number)?.name ?? message.name;
  const name = message.erased ? t`Deleted person` : known || formatted(message.number) || t`Withheld number`;
  const { own, remove, callBack } = useMessageActions(message);
  const details = [
    formatShortDateTime(message.created.toISOString()),
    formatDuration(Math.round(message.seconds)),
    showExtension && t`for ${message.extension}`,
  ];
  return (
    <ExpandableRow
      icon={<Avatar name={known} presence={<IconRecordMail size={14} stroke={1.75} />} />}
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
      swipe={{
        right: message.number ? { label: t`Call`, icon: IconPhone, run: callBack } : undefined,
        left: own ? { label: t`Delete`, icon: IconTrash, removes: true, run: remove } : undefined,
      }}
    >
      <Player
        label={t`Message from ${name}`}
        seconds={message.seconds}
        load={() => fetchMessage(message.id)}
        peaks={() => fetchWaveform(message)}
        autoPlay={phone.state.state.calls.every((each) => each.ended)}
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
  const { archived, own, remove, callBack } = useMessageActions(message);
  return (
    <Group gap="xs" mt="sm">
      {message.number && (
        <Button size="md" leftSection={<IconPhone size={18} aria-hidden />} onClick={callBack}>
          <Trans>Call back</Trans>
        </Button>
      )}
      {!archived && (
        <Button size="md" variant="default" onClick={() => void ownVoicemail.mark(message.id, message.unheard)}>
          {message.unheard ? <Trans>Mark as heard</Trans> : <Trans>Mark as new</Trans>}
        </Button>
      )}
      <MessageFile message={message} />
      {archived ? (
        <Button
          size="md"
          variant="default"
          leftSection={<IconArrowBackUp size={18} aria-hidden />}
          onClick={() => void ownVoicemail.restore(message.id)}
        >
          <Trans>Restore</Trans>
        </Button>
      ) : (
        <Button
          size="md"
          variant="default"
          leftSection={<IconArchive size={18} aria-hidden />}
          onClick={() => void ownVoicemail.archive(message.id)}
        >
          <Trans>Archive</Trans>
        </Button>
      )}
      {own && (
        <Button
          size="md"
          variant="light"
          color="red"
          leftSection={<IconTrash size={18} aria-hidden />}
          onClick={remove}
        >
          <Trans>Delete</Trans>
        </Button>
      )}
    </Group>
  );
}
