import { ActionIcon, Badge, Button, Drawer, Group, Stack, Switch, Text } from '@mantine/core';
import {
  IconFlag,
  IconHandOff,
  IconHandStop,
  IconLock,
  IconLockOpen,
  IconMicrophone,
  IconMicrophoneOff,
  IconUserX,
} from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Suspense, useState } from 'react';
import type { Participant } from '~/api';
import { Avatar } from '~/design/Avatar';
import { confirmAction } from '~/design/Confirm';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Row, Rows } from '~/design/Rows';
import { lazyPart } from '~/core/lazy-part';
import { useValue } from '~/core/store';
import { useLayer } from '~/design/layers';
import { reportAbuse } from '~/features/support';
import { useParticipantName, useRemoval } from './actions';
import { CaptionSwitch } from './CaptionSwitch';
import { Invite } from './Invite';
import { Lobby } from './Lobby';
import type { Roster } from './roster';
import { useIsHost } from './useIsHost';
import { useRoster } from './useRoster';
import css from './conferences.module.css';

const BreakoutPanel = lazyPart(() => import('./BreakoutPanel'));

interface RosterSheetProps {
  room: { id: string; name: string };
  opened: boolean;
  close: () => void;
}

/** Roster of the user's room, with the host controls. */
export default function RosterSheet({ room, opened, close }: RosterSheetProps) {
  const { t } = useLingui();
  const dismiss = useLayer(opened, close);
  return (
    <Drawer
      opened={opened}
      onClose={dismiss}
      position="bottom"
      size="75%"
      title={room.name}
      closeButtonProps={{ 'aria-label': t`Close` }}
      zIndex={400}
    >
      {opened && <RosterContent room={room.id} />}
    </Drawer>
  );
}

function RosterContent({ room }: { room: string }) {
  const roster = useRoster(room);
  return roster ? <People room={room} roster={roster} /> : null;
}

function People({ room, roster }: { room: string; roster: Roster }) {
  const { t } = useLingui();
  const now = useValue(roster.state);
  const own = now.participants?.find((each) => each.own);
  const isHost = useIsHost(now.participants);
  const inRoom = now.participants?.filter((each) => each.state !== 'lobby') ?? [];
  const count = inRoom.length;
  return (
    <Stack gap="sm" maw={480} mx="auto" pb="md">
      <ErrorBar fault={now.fault} retry={() => roster.refresh()} />
      <ErrorNotice fault={now.refused} />
      {now.recorded && !isHost && (
        <InfoNotice>
          {now.videoRecorded ? (
            <Trans>This conference is being recorded with video</Trans>
          ) : (
            <Trans>This conference is being recorded</Trans>
          )}
        </InfoNotice>
      )}
      <Text size="sm" c="dimmed" role="status">
        <Plural value={count} one="# participant" other="# participants" />
      </Text>
      <Lobby roster={roster} />
      <Rows label={t`Participants`}>
        {inRoom.map((each) => (
          <Person key={each.id} person={each} speaking={now.speaking === each.id} isHost={isHost} roster={roster} />
        ))}
      </Rows>
      {own && <OwnControls own={own} roster={roster} />}
      {isHost && <HostControls roster={roster} />}
      {isHost && (
        <Suspense>
          <BreakoutPanel room={room} />
        </Suspense>
      )}
      {isHost && (
        <div className={css.footer}>
          <Invite roster={roster}>
            <RoomSwitches roster={roster} />
          </Invite>
        </div>
      )}
    </Stack>
  );
}

/** Mute and lock the room, beside the button that adds people. */
function RoomSwitches({ roster }: { roster: Roster }) {
  const { locked, allMuted } = useValue(roster.state);
  return (
    <>
      <Button
        size="md"
        px="xs"
        variant={allMuted ? 'filled' : 'light'}
        leftSection={<IconMicrophoneOff size={18} aria-hidden />}
        onClick={() => void roster.meeting({ all_muted: !allMuted })}
      >
        {allMuted ? <Trans>Unmute all</Trans> : <Trans>Mute all</Trans>}
      </Button>
      <Button
        size="md"
        px="xs"
        variant={locked ? 'filled' : 'light'}
        leftSection={locked ? <IconLock size={18} aria-hidden /> : <IconLockOpen size={18} aria-hidden />}
        onClick={() => void roster.meeting({ locked: !locked })}
      >
        {locked ? <Trans>Unlock</Trans> : <Trans>Lock</Trans>}
      </Button>
    </>
  );
}

function OwnControls({ own, roster }: { own: Participant; roster: Roster }) {
  return (
    <>
      {own.muted && (
        <Text size="sm">
          {own.muted_by_host ? (
            <Trans>You have been muted by a host. Only a host can unmute you.</Trans>
          ) : (
            <Trans>You are muted.</Trans>
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
          {own.hand ? <Trans>Lower hand</Trans> : <Trans>Raise hand</Trans>}
        </Button>
        {own.muted && !own.muted_by_host && (
          <Button size="md" variant="light" onClick={() => void roster.change(own.id, { muted: false })}>
            <Trans>Unmute me</Trans>
          </Button>
        )}
      </Group>
    </>
  );
}

/** Host controls for the whole room. */
function HostControls({ roster }: { roster: Roster }) {
  const { t } = useLingui();
  const { recorded, videoRecorded, paused, mayRecord } = useValue(roster.state);
  const [video, setVideo] = useState(false);
  const end = async () => {
    const confirmed = await confirmAction({
      title: t`End the conference for everyone?`,
      text: t`Everyone in the room will be disconnected.`,
      confirmLabel: t`End`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) await roster.end();
  };
  return (
    <>
      {(mayRecord || recorded) && (
        <Switch
          size="md"
          label={t`Record conference`}
          description={t`Participants are informed first; later participants before they join.`}
          checked={recorded}
          onChange={(event) => void roster.record(event.currentTarget.checked, video)}
        />
      )}
      {(mayRecord || recorded) && (
        <Switch
          size="md"
          label={t`With video`}
          description={t`The video of the person who speaks, or a shared screen. Choose it before recording.`}
          checked={recorded ? videoRecorded : video}
          disabled={recorded}
          onChange={(event) => setVideo(event.currentTarget.checked)}
        />
      )}
      {recorded && (
        <Switch
          size="md"
          label={t`Recording paused`}
          checked={paused}
          onChange={(event) => void roster.pause(event.currentTarget.checked)}
        />
      )}
      <CaptionSwitch roster={roster} />
      <Button size="md" variant="light" color="red" onClick={() => void end()}>
        <Trans>End conference</Trans>
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
  const name = useParticipantName(person);
  const remove = useRemoval(person, roster);
  const states = [
    speaking && t`speaking`,
    person.host && t`host`,
    person.own && t`you`,
    person.state === 'waiting' && t`waiting for a host`,
    person.state === 'entering' && t`joining`,
    person.consent === 'refused' && t`declined recording`,
    person.captions_consent === 'refused' && t`declined captions`,
  ].filter(Boolean);
  return (
    <Row
      wraps={isHost && person.hand && !person.own}
      icon={
        <span className={css.speaking} data-now={speaking || undefined}>
          <Avatar name={name} of={person.extension_id} />
        </span>
      }
      trailing={
        <span className={css.controls}>
          {!person.own && (
            <ActionIcon
              variant="subtle"
              size={44}
              aria-label={t`Report ${name} to the administrators`}
              onClick={() => reportAbuse({ topic: t`${name} in a conference`, excerpt: name })}
            >
              <IconFlag size={20} aria-hidden />
            </ActionIcon>
          )}
          {isHost || person.own ? (
            <ActionIcon
              variant="subtle"
              size={44}
              aria-label={person.muted ? t`Unmute ${name}` : t`Mute ${name}`}
              disabled={!isHost && person.muted_by_host}
              onClick={() => void roster.change(person.id, { muted: !person.muted })}
            >
              {person.muted ? <IconMicrophoneOff size={20} aria-hidden /> : <IconMicrophone size={20} aria-hidden />}
            </ActionIcon>
          ) : (
            person.muted && <IconMicrophoneOff size={20} role="img" aria-label={t`muted`} />
          )}
          {isHost && !person.own && person.hand && (
            <ActionIcon
              variant="subtle"
              size={44}
              aria-label={t`Lower hand of ${name}`}
              onClick={() => void roster.change(person.id, { hand: false })}
            >
              <IconHandOff size={20} aria-hidden />
            </ActionIcon>
          )}
          {isHost && !person.own && (
            <ActionIcon
              variant="subtle"
              color="red"
              size={44}
              aria-label={t`Remove ${name}`}
              onClick={() => void remove()}
            >
              <IconUserX size={20} aria-hidden />
            </ActionIcon>
          )}
        </span>
      }
    >
      <Text fw={speaking ? 650 : 500}>{name}</Text>
      {person.hand && (
        <Badge variant="light" leftSection={<IconHandStop size={14} aria-hidden />}>
          <Trans>Hand</Trans>
        </Badge>
      )}
      <Text size="sm" c="dimmed">
        {[person.name && person.number, ...states].filter(Boolean).join(' · ')}
      </Text>
    </Row>
  );
}
