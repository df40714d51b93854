import { Drawer, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { Participant } from '~/api';
import { useValue } from '~/core/store';
import { useLayer } from '~/design/layers';
import { useParticipantName, useRoster, type Roster } from '~/features/conferences';
import type { StreamStats } from '~/media/quality';
import { gradeOf, type Grade, type VideoReading } from '~/media/video-meter';
import type { Meeting } from './meeting';
import { useVideoReadings } from './useVideoReadings';
import css from './connections.module.css';

interface ConnectionsProps {
  participants: readonly Participant[];
  meeting: Meeting;
  /** Of the call, which has the sound of all. */
  sound?: StreamStats;
}

interface SheetProps {
  opened: boolean;
  close: () => void;
}

/** How well sound and videos of a meeting come through, by participant; as its members see it. */
export default function ConnectionSheet({
  room,
  opened,
  close,
  ...rest
}: Omit<ConnectionsProps, 'participants'> & SheetProps & { room: string }) {
  return (
    <ConnectionDrawer opened={opened} close={close}>
      <RosterConnections room={room} {...rest} />
    </ConnectionDrawer>
  );
}

/** The same as guests see it. */
export function GuestConnectionSheet({ opened, close, ...rest }: ConnectionsProps & SheetProps) {
  return (
    <ConnectionDrawer opened={opened} close={close}>
      <Connections {...rest} />
    </ConnectionDrawer>
  );
}

function ConnectionDrawer({ opened, close, children }: SheetProps & { children: ReactNode }) {
  const { t } = useLingui();
  const dismiss = useLayer(opened, close);
  return (
    <Drawer
      opened={opened}
      onClose={dismiss}
      position="bottom"
      size="75%"
      title={t`Connection quality`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      zIndex={400}
    >
      {opened && children}
    </Drawer>
  );
}

function RosterConnections({ room, ...rest }: Omit<ConnectionsProps, 'participants'> & { room: string }) {
  const roster = useRoster(room);
  return roster ? <MemberConnections roster={roster} {...rest} /> : null;
}

function MemberConnections({ roster, ...rest }: Omit<ConnectionsProps, 'participants'> & { roster: Roster }) {
  const { participants = [] } = useValue(roster.state);
  return <Connections participants={participants} {...rest} />;
}

function Connections({ participants, meeting, sound }: ConnectionsProps) {
  const { t } = useLingui();
  const { videos = [] } = useValue(meeting.state);
  const readings = useVideoReadings(meeting);
  const others = participants.filter((each) => !each.own && each.state !== 'lobby');
  return (
    <Stack gap="sm" maw={480} mx="auto" pb="md">
      <ul className={css.list} aria-label={t`You`}>
        <Line label={t`Your sound, and that of all others`} stats={sound} />
        {readings.has('camera') && <Line label={t`Your video`} stats={readings.get('camera')} />}
        {readings.has('screen') && <Line label={t`Your screen`} stats={readings.get('screen')} />}
      </ul>
      <ul className={css.list} aria-label={t`Participants`}>
        {others.map((each) => (
          <Person
            key={each.id}
            participant={each}
            videos={videos.filter(({ participant }) => participant === each.id).map(({ id }) => readings.get(id))}
          />
        ))}
      </ul>
      <Text size="sm" c="dimmed">
        <Trans>
          Measured on this device, between it and your phone system. The sound of all others arrives as one; videos are
          measured while they are shown.
        </Trans>
      </Text>
    </Stack>
  );
}

function Person({ participant, videos }: { participant: Participant; videos: (VideoReading | undefined)[] }) {
  const { t } = useLingui();
  const name = useParticipantName(participant);
  const shown = videos.filter((each) => each !== undefined);
  if (shown.length === 0) {
    return (
      <li className={css.line}>
        <bdi>{name}</bdi>
        <Text size="sm" c="dimmed">
          {videos.length ? t`Video not shown` : t`Sound only`}
        </Text>
      </li>
    );
  }
  return shown.map((reading, index) => <Line key={index} label={name} stats={reading} />);
}

/** One connection in words, with its figures on demand. */
function Line({ label, stats }: { label: string; stats?: StreamStats | VideoReading }) {
  const { t, i18n } = useLingui();
  const [opened, setOpened] = useState(false);
  const words: Record<Grade, string> = { good: t`Good`, weak: t`Weak`, bad: t`Bad` };
  const number = (value: number, digits = 0) => i18n.number(value, { maximumFractionDigits: digits });
  if (!stats) {
    return (
      <li className={css.line}>
        <bdi>{label}</bdi>
        <Text size="sm" c="dimmed">
          <Trans>Not measured yet</Trans>
        </Text>
      </li>
    );
  }
  const grade = gradeOf(stats);
  const figures = [
    [t`Round trip`, `${number(stats.rtt)} ms`],
    [t`Packet loss`, `${number(stats.loss * 100, 1)} %`],
    [t`Jitter`, `${number(stats.jitter)} ms`],
    ...('width' in stats
      ? [
          [t`Resolution`, stats.width ? `${stats.width} × ${stats.height}` : '–'],
          [t`Pictures per second`, number(stats.framesPerSecond)],
        ]
      : []),
  ];
  return (
    <li>
      <details onToggle={(event) => setOpened(event.currentTarget.open)}>
        <summary className={css.line}>
          <bdi>{label}</bdi>
          <span className={css.grade} data-grade={grade}>
            {words[grade]}
          </span>
        </summary>
        {opened && (
          <dl className={css.figures}>
            {figures.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd className="tabular">{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </details>
    </li>
  );
}
