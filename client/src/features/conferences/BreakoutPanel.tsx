import { Button, Group, NativeSelect, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { BreakoutRoom, Participant } from '~/api';
import { useValue } from '~/core/store';
import { confirmAction } from '~/design/Confirm';
import { ErrorNotice } from '~/design/Notice';
import { useParticipantName } from './actions';
import { namesIn, newBreakouts, type BreakoutRooms } from './breakouts';
import { useBreakouts } from './useBreakouts';
import { useSecondsLeft } from './useSecondsLeft';

/** Breakout rooms for hosts: opened with people in them, and once open, visited, written to and ended. */
export default function BreakoutPanel({ room }: { room: string }) {
  const breakouts = useBreakouts(room);
  return breakouts ? <Panel room={room} breakouts={breakouts} /> : null;
}

function Panel({ room, breakouts }: { room: string; breakouts: BreakoutRooms }) {
  const { main, rooms, refused } = useValue(breakouts.state);
  if (!main) return null;
  return (
    <Stack component="section" gap="sm" aria-labelledby="breakout-rooms">
      <Title order={3} size="h5" id="breakout-rooms">
        <Trans>Breakout rooms</Trans>
      </Title>
      <ErrorNotice fault={refused} />
      {rooms.length === 0 ? (
        <OpenForm people={main.participants} breakouts={breakouts} />
      ) : (
        <OpenRooms here={room} all={[main, ...rooms]} breakouts={breakouts} />
      )}
    </Stack>
  );
}

function OpenForm({ people, breakouts }: { people: readonly Participant[]; breakouts: BreakoutRooms }) {
  const { t } = useLingui();
  const [list, setList] = useState(() => `${t`Room ${1}`}, ${t`Room ${2}`}`);
  const [assigned, setAssigned] = useState<Record<string, string>>({});
  const [distribute, setDistribute] = useState(true);
  const names = namesIn(list);
  const open = async () => {
    const confirmed = await confirmAction({
      title: t`Open the breakout rooms?`,
      text: t`Those who are assigned are moved at once, with sound and video. They hear where they are.`,
      confirmLabel: t({ message: 'Open', context: 'verb' }),
      cancelLabel: t`Cancel`,
      dangerous: false,
    });
    if (confirmed) await breakouts.open(newBreakouts(names, assigned, distribute));
  };
  return (
    <>
      <TextInput
        size="md"
        label={t`Names of the rooms`}
        description={t`Separated by commas`}
        value={list}
        maxLength={1_000}
        onChange={(event) => setList(event.currentTarget.value)}
      />
      {people
        .filter((each) => !each.own && each.state === 'in')
        .map((each) => (
          <RoomChoice
            key={each.id}
            person={each}
            choices={[
              { value: '', label: distribute && !each.host ? t`At random` : t`Stays in the main room` },
              ...names.map((name) => ({ value: name, label: name })),
            ]}
            value={names.includes(assigned[each.id] ?? '') ? assigned[each.id]! : ''}
            choose={(name) => setAssigned({ ...assigned, [each.id]: name })}
          />
        ))}
      <Switch
        size="md"
        label={t`Distribute all others at random`}
        description={t`Evenly over the rooms. Hosts stay in the main room.`}
        checked={distribute}
        onChange={(event) => setDistribute(event.currentTarget.checked)}
      />
      <Button size="md" variant="light" disabled={names.length === 0} onClick={() => void open()}>
        <Trans>Open the rooms</Trans>
      </Button>
    </>
  );
}

interface RoomChoiceProps {
  person: Participant;
  choices: { value: string; label: string }[];
  value: string;
  choose: (value: string) => void;
}

function RoomChoice({ person, choices, value, choose }: RoomChoiceProps) {
  const { t } = useLingui();
  const name = useParticipantName(person);
  const asking = person.hand ? ` (${t`asks for a host`})` : '';
  return (
    <NativeSelect
      size="md"
      label={`${name}${asking}`}
      data={choices}
      value={value}
      onChange={(event) => choose(event.currentTarget.value)}
    />
  );
}

interface OpenRoomsProps {
  /** Id of the room in which the host is. */
  here: string;
  /** The main room first. */
  all: readonly BreakoutRoom[];
  breakouts: BreakoutRooms;
}

function OpenRooms({ here, all, breakouts }: OpenRoomsProps) {
  const { t } = useLingui();
  const own = all.flatMap((each) => each.participants).find((each) => each.own);
  const label = (each: BreakoutRoom, index: number) => (index === 0 ? t`Main room` : each.name);
  const choices = all.map((each, index) => ({ value: each.id, label: label(each, index) }));
  return (
    <>
      {all.map((each, index) => (
        <Stack key={each.id} gap="xs" role="group" aria-label={label(each, index)}>
          <Group justify="space-between">
            <Text fw={600}>
              {label(each, index)}{' '}
              <Text span size="sm" c="dimmed">
                <Count count={each.participants.length} />
              </Text>
            </Text>
            {own && each.id !== here && (
              <Button
                size="sm"
                mih={44}
                variant="default"
                aria-label={index === 0 ? t`Go to the main room` : t`Visit ${each.name}`}
                onClick={() => void breakouts.move(own.id, each.id)}
              >
                {index === 0 ? <Trans>Go to the main room</Trans> : <Trans>Visit</Trans>}
              </Button>
            )}
          </Group>
          {each.participants
            .filter((one) => !one.own)
            .map((one) => (
              <RoomChoice
                key={one.id}
                person={one}
                choices={choices}
                value={each.id}
                choose={(to) => void breakouts.move(one.id, to)}
              />
            ))}
        </Stack>
      ))}
      <Message breakouts={breakouts} />
      <End breakouts={breakouts} />
    </>
  );
}

function Count({ count }: { count: number }) {
  return <Plural value={count} one="# participant" other="# participants" />;
}

function Message({ breakouts }: { breakouts: BreakoutRooms }) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const send = async () => {
    if (await breakouts.write(text.trim())) setText('');
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) void send();
      }}
    >
      <Group align="end">
        <TextInput
          size="md"
          flex={1}
          label={t`Message to everyone`}
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" size="md" variant="light" disabled={!text.trim()}>
          <Trans>Send</Trans>
        </Button>
      </Group>
    </form>
  );
}

function End({ breakouts }: { breakouts: BreakoutRooms }) {
  const { t } = useLingui();
  const { endsAt } = useValue(breakouts.state);
  const left = useSecondsLeft(endsAt);
  const end = async () => {
    const confirmed = await confirmAction({
      title: t`End the breakout rooms?`,
      text: t`Everyone returns to the main room in 30 seconds.`,
      confirmLabel: t`End`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) await breakouts.end();
  };
  if (left === undefined) {
    return (
      <Button size="md" variant="light" color="red" onClick={() => void end()}>
        <Trans>End the breakout rooms</Trans>
      </Button>
    );
  }
  return (
    <>
      <Text size="sm">{t`Everyone returns to the main room in ${left} s.`}</Text>
      <Button size="md" variant="light" color="red" onClick={() => void breakouts.end()}>
        <Trans>Bring everyone back now</Trans>
      </Button>
    </>
  );
}
