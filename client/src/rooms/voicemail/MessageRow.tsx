import { Badge, Button, Group, Text } from '@mantine/core';
import { IconArchive, IconArrowBackUp, IconMail, IconMailOpened, IconPhone, IconTrash } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Fold } from '~/design/Fold';
import { duration, moment } from '~/design/moments';
import { useValue } from '~/kernel/store';
import { startCall } from '~/rooms/call';
import { Player } from '~/rooms/player';
import { box, peaksOf, soundOf } from './box';
import { sureToErase } from './erasing';
import type { Left } from './model';

/** One message: who, when, how long; unfolded, it can be heard and dealt with. */
export function MessageRow({ message, severalBoxes }: { message: Left; severalBoxes: boolean }) {
  const { t } = useLingui();
  const open = useValue(box.state, (each) => each.open === message.id);
  const who = message.erased ? t`An erased person` : message.name || message.number || t`Hidden number`;
  const Mark = message.fresh ? IconMail : IconMailOpened;
  const told = [
    moment(message.created.toISOString()),
    duration(Math.round(message.seconds)),
    message.name && message.number,
    severalBoxes && t`for ${message.extension}`,
  ];
  return (
    <Fold
      mark={<Mark size={20} color={message.fresh ? 'var(--mantine-primary-color-filled)' : undefined} aria-hidden />}
      title={who}
      told={told}
      strong={message.fresh}
      badge={
        message.fresh && (
          <Badge variant="light" size="lg">
            <Trans>New</Trans>
          </Badge>
        )
      }
      open={open}
      toggle={() => box.unfold(open ? undefined : message.id)}
    >
      <Player
        label={t`Message from ${who}`}
        seconds={message.seconds}
        load={() => soundOf(message.id)}
        peaks={() => peaksOf(message)}
        begun={() => void (message.fresh && box.mark(message.id, true))}
      />
      {message.transcript && (
        <Text mt="xs" lang={message.transcript.language}>
          {message.transcript.text}
        </Text>
      )}
      <Deeds message={message} />
    </Fold>
  );
}

function Deeds({ message }: { message: Left }) {
  const { t } = useLingui();
  const away = useValue(box.state, (each) => each.shelf === 'away');
  const erase = async () => {
    if (await sureToErase(t, message.mailed)) await box.erase(message.id);
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
      {away ? (
        <>
          <Button
            size="md"
            variant="default"
            leftSection={<IconArrowBackUp size={18} aria-hidden />}
            onClick={() => void box.bringBack(message.id)}
          >
            <Trans>Bring back</Trans>
          </Button>
          <Button
            size="md"
            variant="light"
            color="red"
            leftSection={<IconTrash size={18} aria-hidden />}
            onClick={() => void erase()}
          >
            <Trans>Erase for good</Trans>
          </Button>
        </>
      ) : (
        <>
          <Button size="md" variant="default" onClick={() => void box.mark(message.id, message.fresh)}>
            {message.fresh ? <Trans>Mark as heard</Trans> : <Trans>Mark as new</Trans>}
          </Button>
          <Button
            size="md"
            variant="default"
            leftSection={<IconArchive size={18} aria-hidden />}
            onClick={() => void box.putAway(message.id)}
          >
            <Trans>Put away</Trans>
          </Button>
        </>
      )}
    </Group>
  );
}
