import { ActionIcon, Avatar, Badge, Button, Drawer, Group, Stack, Switch, Text } from '@mantine/core';
import { IconHandStop, IconMicrophone, IconMicrophoneOff, IconUserX } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import type { Participant } from '~/api';
import { session } from '~/api/session';
import { confirmAction } from '~/design/Confirm';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Row, Rows } from '~/design/Rows';
import { useValue } from '~/core/store';
import { Invite } from './Invite';
import type { Roster } from './roster';
import { openRoster } from './rooms';
import css from './conferences.module.css';

interface RosterSheetProps {
  room: { id: string; name: string };
  opened: boolean;
  close: () => void;
}

/** Roster of the user's room, with the host controls. */
export default function RosterSheet({ room, opened, close }: RosterSheetProps) {
  const { t } = useLingui();
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="bottom"
      size="75%"
      title={t`In ${room.name}`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      zIndex={400}
    >
      {opened && <RosterContent room={room.id} />}
    </Drawer>
  );
}

function RosterContent({ room }: { room: string }) {
  const [roster, setRoster] = useState<Roster>();
  useEffect(() => {
    const opened = openRoster(room);
    setRoster(opened.roster);
    return opened.close;
  }, [room]);
  return roster ? <People roster={roster} /> : null;
}

function People({ roster }: { roster: Roster }) {
  const { t } = useLingui();
  const now = useValue(roster.state);
  const administrator = useValue(session, (each) => each.state === 'in' && each.me.role !== 'user');
  const own = now.participants?.find((each) => each.own);
  const isHost = administrator || (own?.host ?? false);
  const count = now.participants?.length ?? 0;
  return (
    <Stack gap="sm" maw={480} mx="auto" pb="md">
      <ErrorNotice fault={now.fault ?? now.refused} />
      {now.recorded && !isHost && (
        <InfoNotice>
          <Trans>This meeting is being recorded</Trans>
        </InfoNotice>
      )}
      {own && <OwnControls own={own} roster={roster} />}
      {isHost && <Invite roster={roster} />}
      {isHost && <HostControls roster={roster} />}
      <Text size="sm" c="dimmed" role="status">
        <Plural value={count} one="# person is here" other="# people are here" />
      </Text>
      <Rows label={t`Who is in the room`}>
        {now.participants?.map((each) => (
          <Person key={each.id} person={each} speaking={now.speaking === each.id} isHost={isHost} roster={roster} />
        ))}
      </Rows>
    </Stack>
  );
}

function OwnControls({ own, roster }: { own: Participant; roster: Roster }) {
  return (
    <>
      {own.muted && (
        <Text size="sm">
          {own.muted_by_host ? (
            <Trans>A host has muted you: nobody hears you until one of them undoes it.</Trans>
          ) : (
            <Trans>You are muted in this room.</Trans>
          )}
        </Text>
      )}
      <Group gap="xs" grow>
        <Button
          size="md"
          variant={own.hand ? 'filled' : 'light'}
          aria-pressed={own.hand}
          leftSection={<IconHandStop size={18} aria-hidden />}
          onClick={() => void roster.change(own.id, { hand: !own.hand })}
        >
          {own.hand ? <Trans>Take your hand down</Trans> : <Trans>Raise your hand</Trans>}
        </Button>
        {own.muted && !own.muted_by_host && (
          <Button size="md" variant="light" onClick={() => void roster.change(own.id, { muted: false })}>
            <Trans>Be heard</Trans>
          </Button>
        )}
      </Group>
    </>
  );
}

/** Host controls for the whole room. */
function HostControls({ roster }: { roster: Roster }) {
  const { t } = useLingui();
  const { locked, allMuted, recorded, paused, mayRecord } = useValue(roster.state);
  const end = async () => {
    const confirmed = await confirmAction({
      title: t`End the meeting for everybody?`,
      text: t`Everybody is sent out of the room.`,
      confirmLabel: t`End it`,
      cancelLabel: t`Go on`,
    });
    if (confirmed) await roster.end();
  };
  return (
    <>
      <Switch
        size="md"
        label={t`Locked: nobody else comes in`}
        checked={locked}
        onChange={(event) => void roster.meeting({ locked: event.currentTarget.checked })}
      />
      <Switch
        size="md"
        label={t`Everybody but hosts is muted`}
        checked={allMuted}
        onChange={(event) => void roster.meeting({ all_muted: event.currentTarget.checked })}
      />
      {(mayRecord || recorded) && (
        <Switch
          size="md"
          label={t`The meeting is recorded`}
          description={t`Everybody is told first, and whoever comes before they are let in.`}
          checked={recorded}
          onChange={(event) => void roster.record(event.currentTarget.checked)}
        />
      )}
      {recorded && (
        <Switch
          size="md"
          label={t`The recording is paused`}
          checked={paused}
          onChange={(event) => void roster.pause(event.currentTarget.checked)}
        />
      )}
      <Button size="md" variant="light" color="red" onClick={() => void end()}>
        <Trans>End the meeting</Trans>
      </Button>
    </>
  );
}

interface PersonProps {
  person: Participant;
  speaking: boolean;
  isHost: boolean;
  roster: Roster;
}

function Person({ person, speaking, isHost, roster }: PersonProps) {
  const { t } = useLingui();
  const name = person.name || person.number || t`Hidden number`;
  const remove = async () => {
    const confirmed = await confirmAction({
      title: t`Send ${name} out?`,
      text: t`They can come back unless the room is locked.`,
      confirmLabel: t`Send out`,
      cancelLabel: t`Let them stay`,
    });
    if (confirmed) await roster.remove(person.id);
  };
  const states = [
    speaking && t`speaks`,
    person.host && t`host`,
    person.own && t`you`,
    person.state === 'waiting' && t`waits for a host`,
    person.state === 'entering' && t`is coming in`,
    person.consent === 'refused' && t`does not want to be recorded`,
  ].filter(Boolean);
  return (
    <Row
      icon={
        <span className={css.speaking} data-now={speaking || undefined}>
          <Avatar name={name} color="harbour" radius="xl" alt="" />
        </span>
      }
      trailing={
        <span className={css.controls}>
          {person.hand && (
            <Badge variant="light" leftSection={<IconHandStop size={14} aria-hidden />}>
              <Trans>Hand</Trans>
            </Badge>
          )}
          {isHost || person.own ? (
            <ActionIcon
              variant="subtle"
              size={44}
              aria-label={person.muted ? t`Let ${name} be heard` : t`Mute ${name}`}
              disabled={!isHost && person.muted_by_host}
              onClick={() => void roster.change(person.id, { muted: !person.muted })}
            >
              {person.muted ? <IconMicrophoneOff size={20} aria-hidden /> : <IconMicrophone size={20} aria-hidden />}
            </ActionIcon>
          ) : (
            person.muted && <IconMicrophoneOff size={20} role="img" aria-label={t`muted`} />
          )}
          {isHost && !person.own && (
            <ActionIcon
              variant="subtle"
              color="red"
              size={44}
              aria-label={t`Send ${name} out`}
              onClick={() => void remove()}
            >
              <IconUserX size={20} aria-hidden />
            </ActionIcon>
          )}
        </span>
      }
    >
      <Text fw={speaking ? 650 : 500} truncate>
        {name}
      </Text>
      <Text size="sm" c="dimmed" truncate>
        {[person.name && person.number, ...states].filter(Boolean).join(' · ')}
      </Text>
    </Row>
  );
}
