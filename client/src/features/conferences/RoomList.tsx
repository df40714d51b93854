import { Badge, Button, Text } from '@mantine/core';
import { IconLock, IconPhone, IconUsersGroup } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import type { Room } from '~/api';
import { events } from '~/api/events';
import { ErrorBar } from '~/design/ErrorBar';
import { Row, Rows } from '~/design/Rows';
import { useValue } from '~/core/store';
import { startCall } from '~/features/call';
import { MeetingList } from './MeetingList';
import { refreshRooms, rooms } from './rooms';
import { useMeetings } from './useMeetings';

/** The meetings of the user, and the conference rooms, each with a join button. */
export function RoomList() {
  const { t } = useLingui();
  const now = useValue(rooms);
  const meetings = useMeetings();
  const others = now.rooms?.filter(({ id }) => !meetings.items.some((each) => each.id === id));
  useEffect(() => {
    void refreshRooms();
    return events.on('room', () => void refreshRooms());
  }, []);
  return (
    <>
      <MeetingList meetings={meetings} />
      <ErrorBar fault={now.fault} retry={refreshRooms} />
      {others && others.length > 0 ? (
        <Rows label={t`Rooms`}>
          {others.map((each) => (
            <RoomRow key={each.id} room={each} />
          ))}
        </Rows>
      ) : (
        !now.fault && (
          <Text c="dimmed" ta="center" py="xl" role="status">
            {others ? <Trans>No rooms yet. Administrators can create rooms.</Trans> : <Trans>Loading…</Trans>}
          </Text>
        )
      )}
    </>
  );
}

function RoomRow({ room }: { room: Room }) {
  const { t } = useLingui();
  const name = room.name || room.number;
  return (
    <Row
      icon={<IconUsersGroup size={22} aria-hidden />}
      trailing={
        <>
          {room.meeting?.locked && <IconLock size={18} role="img" aria-label={t`Locked`} />}
          {room.meeting && (
            <Badge variant="light" size="lg">
              <Plural value={room.meeting.participants} one="# person" other="# people" />
            </Badge>
          )}
          <Button
            size="md"
            variant="light"
            px="sm"
            leftSection={<IconPhone size={18} aria-hidden />}
            aria-label={t`Join ${name}`}
            onClick={() => void startCall(room.number, { name })}
          >
            <Trans>Join</Trans>
          </Button>
        </>
      }
    >
      <Text fw={500}>{name}</Text>
      <Text size="sm" c="dimmed">
        {[room.number, room.has_pin && t`with PIN`].filter(Boolean).join(' · ')}
      </Text>
    </Row>
  );
}
