import { Button, Center, Text, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Rows } from '~/design/Rows';
import { useValue } from '~/core/store';
import { useRoomNames } from '~/features/conferences';
import { ownVoicemail } from '~/features/voicemail';
import { calls } from './calls';
import { CallRow } from './CallRow';
import { useDayText } from './call-texts';
import { groupByDay, groupNeighbours, visibleEntries } from './model';
import { useSeen } from './useSeen';

/** The user's own calls, newest first; neighbours with the same party are one row. */
export function CallList({ missedOnly }: { missedOnly: boolean }) {
  const { t } = useLingui();
  const dayOf = useDayText();
  const now = useValue(calls.state);
  const messages = useValue(ownVoicemail.state, (each) => each.inbox);
  const { call: selected } = useParams({ strict: false });
  const [tests, setTests] = useState(false);
  const rooms = useRoomNames();
  const seen = useSeen();
  useEffect(() => void calls.open(), []);
  const shown = visibleEntries(now.calls, { missedOnly, tests, search: now.search });
  const testCount = missedOnly ? 0 : now.calls.filter((each) => each.kind === 'test').length;
  return (
    <>
      <TextInput
        type="search"
        size="md"
        aria-label={t`Search calls`}
        placeholder={t`Name or number`}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={now.search}
        onChange={(event) => calls.search(event.currentTarget.value)}
      />
      {now.source === 'cache' && !now.loading && (
        <InfoNotice>
          <Trans>You are seeing saved calls. Newer calls appear when you are online.</Trans>
        </InfoNotice>
      )}
      <ErrorNotice fault={now.refused} />
      {now.source === 'none' && <ErrorBar fault={now.fault} retry={() => calls.refresh()} />}
      {groupByDay(shown).map((day) => (
        <section key={day.key} aria-labelledby={`day-${day.key}`}>
          <Title order={2} size="h6" c="dimmed" mt="md" mb={4} id={`day-${day.key}`}>
            {dayOf(day.date)}
          </Title>
          <Rows>
            {groupNeighbours(day.entries).map((group) => (
              <CallRow
                key={group.id}
                group={group}
                room={rooms.get(group.latest.number)}
                message={messages.find((each) => group.entries.some(({ id }) => id === each.call))}
                unseen={group.latest.kind === 'missed' && seen !== undefined && group.latest.started > seen}
                selected={group.entries.some((each) => each.id === selected)}
              />
            ))}
          </Rows>
        </section>
      ))}
      {shown.length === 0 && !now.fault && (
        <Text c="dimmed" ta="center" py="xl" role="status">
          {now.loading ? (
            <Trans>Loading…</Trans>
          ) : now.search || missedOnly ? (
            <Trans>No matching calls.</Trans>
          ) : (
            <Trans>No calls yet.</Trans>
          )}
        </Text>
      )}
      {(now.more || testCount > 0) && (
        <Center my="md" style={{ flexWrap: 'wrap', gap: 'var(--mantine-spacing-xs)' }}>
          {now.more && (
            <Button variant="default" size="md" loading={now.loading} onClick={() => void calls.loadEarlier()}>
              <Trans>Earlier calls</Trans>
            </Button>
          )}
          {testCount > 0 && (
            <Button variant="subtle" size="md" onClick={() => setTests(!tests)}>
              {tests ? (
                <Trans>Hide test calls</Trans>
              ) : (
                <Plural value={testCount} one="Show # test call" other="Show # test calls" />
              )}
            </Button>
          )}
        </Center>
      )}
    </>
  );
}
